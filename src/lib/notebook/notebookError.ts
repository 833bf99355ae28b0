/** A notebook cannot be read or changed so; the message names the cell and setting, and what to do. */
export class NotebookError extends Error {
	override name = 'NotebookError';
}

/** An untrusted value for a message: short whatever its size, and no recursion into it. */
export function quote(value: unknown): string {
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'object' && value !== null) return 'an object';
	if (typeof value !== 'string') return String(value);
	return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}
