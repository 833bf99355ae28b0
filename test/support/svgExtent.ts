/** Width of a character as Arial and Menlo draw it on average, as a share of the font's size. */
const averageCharacter = 0.58;

interface Place {
	readonly x: number;
	readonly y: number;
}

/**
 * Texts of an SVG document that reach beyond its edge, each with the side that cuts it. Knows what our
 * own documents are made of: translated groups, nested documents, texts that may stand upright.
 */
export function clippedTexts(svg: string): string[] {
	const [, width, height] = /^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.map(Number);
	const stack: Place[] = [];
	const clipped: string[] = [];
	for (const [tag, name, attributes, content] of svg.matchAll(
		/<(\/?(?:g|svg|text))\b([^>]*)>([^<]*)/g
	)) {
		const at = stack.at(-1) ?? { x: 0, y: 0 };
		if (name.startsWith('/')) {
			if (name !== '/text') stack.pop();
		} else if (name === 'text') {
			const side = cutSide(attributes, content, at, { width, height });
			if (side) clipped.push(`${content} (${side})`);
		} else if (!tag.endsWith('/>')) stack.push(move(attributes, at));
	}
	return clipped;
}

function move(attributes: string, { x, y }: Place): Place {
	const [, dx, dy] = /translate\(([-\d.]+)[ ,]([-\d.]+)\)/.exec(attributes) ?? [0, 0, 0];
	return {
		x: x + Number(dx) + numberOf(attributes, 'x'),
		y: y + Number(dy) + numberOf(attributes, 'y')
	};
}

function numberOf(attributes: string, name: string): number {
	return Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(attributes)?.[1] ?? 0);
}

function cutSide(
	attributes: string,
	content: string,
	group: Place,
	{ width, height }: { width: number; height: number }
): string | null {
	const text = content.replace(/&#\d+;/g, '&');
	const length = Array.from(text).length * numberOf(attributes, 'font-size') * averageCharacter;
	const { x, y } = move(attributes, group);
	const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? 'start';
	const before = { start: 0, middle: length / 2, end: length }[anchor]!;
	if (attributes.includes('rotate(-90)')) {
		if (y - length + before < 0) return 'top';
		return y + before > height ? 'bottom' : null;
	}
	if (x - before < 0) return 'left';
	if (x - before + length > width) return 'right';
	return y > height ? 'bottom' : y - numberOf(attributes, 'font-size') < 0 ? 'top' : null;
}
