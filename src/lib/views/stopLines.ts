/** Stop strings as lines of text: a line end within one is written `\n`, a backslash `\\`. */
export function toStopLines(stopStrings: readonly string[]): string {
	const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
	return stopStrings.map(escape).join('\n');
}

/** Empty lines are no stop strings, and a string counts once. */
export function fromStopLines(lines: string): string[] {
	const unescape = (line: string) =>
		line.replace(/\\([\\n])/g, (_, sign: string) => (sign === 'n' ? '\n' : '\\'));
	return [
		...new Set(
			lines
				.split('\n')
				.filter((line) => line !== '')
				.map(unescape)
		)
	];
}
