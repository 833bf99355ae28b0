const size = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/;

/**
 * Free-standing SVG documents below each other as one. A single one stays as it is.
 *
 * @throws RangeError if there is none, or one does not say its size
 */
export function stackSvgs(svgs: readonly string[]): string {
	if (svgs.length === 1) return svgs[0];
	if (svgs.length === 0) throw new RangeError('no pictures to stack');
	let top = 0;
	let width = 0;
	const placed = svgs.map((svg) => {
		const match = size.exec(svg);
		if (!match) throw new RangeError('a picture does not say its size');
		const nested = svg.replace('<svg ', `<svg y="${top}" `);
		top += Number(match[2]);
		width = Math.max(width, Number(match[1]));
		return nested;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" role="img">`,
		...placed,
		'</svg>'
	].join('\n');
}
