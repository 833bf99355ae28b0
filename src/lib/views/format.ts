import { format } from 'd3-format';

const threeDecimals = format('.3f');
const twoDecimals = format('.2f');
const grouped = format(',d');

/** A weight or probability for a caption: two decimals, `<0.01` for what would read as nothing. */
export function formatShare(value: number): string {
	if (value > 0 && value < 0.005) return '<0.01';
	return twoDecimals(value);
}

/** A weight or probability on its own: three decimals, more where it is nearly 0 or 1. */
export function formatWeight(value: number): string {
	if (value === 0) return '0';
	if (value > 0.9995 && value < 1) return value > 0.9999 ? '>0.9999' : value.toFixed(4);
	if (value < 0.0005)
		return value.toExponential(1).replace('e-', '·10⁻').replace(/\d+$/, superscript);
	return threeDecimals(value);
}

function superscript(digits: string): string {
	return digits.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
}

/** A whole number with thousands apart: `2,048`. */
export function formatCount(value: number): string {
	return grouped(value);
}

/** Bytes in decimal units with at most three digits: `27 MB`, `1.4 MB`, `812 kB`. */
export function formatBytes(byteLength: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let value = byteLength;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	const digits = unit > 0 && value < 9.95 ? 1 : 0;
	return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Milliseconds for a reader: `62 ms`, `1.4 s`. */
export function formatDuration(ms: number): string {
	return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A while that is left: `45 s`, `3 min`, `1 h 20 min`. */
export function formatSeconds(seconds: number): string {
	if (seconds < 99.5) return `${Math.max(1, Math.round(seconds))} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A RoPE base: `10 k`, `1 M`, or the number itself. */
export function formatTheta(theta: number): string {
	if (theta >= 1e6 && theta % 1e5 === 0) return `${theta / 1e6} M`;
	if (theta >= 1e3 && theta % 100 === 0) return `${theta / 1e3} k`;
	return String(theta);
}

/** `1 token`, `2 tokens`. */
export function formatPlural(count: number, singular: string, plural = `${singular}s`): string {
	return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}
