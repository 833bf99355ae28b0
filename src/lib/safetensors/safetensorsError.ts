/** A checkpoint's file is damaged or hostile; the message names file, tensor and byte. */
export class SafetensorsError extends Error {
	override name = 'SafetensorsError';
}

/** An untrusted value for a message: short whatever its size, and no recursion into it. */
export function quote(value: unknown): string {
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'object' && value !== null) return 'an object';
	if (typeof value !== 'string') return String(value);
	return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
}
