/**
 * The first key that an object of a JSON text has twice, else null. `JSON.parse` keeps the last
 * of two and says nothing, which lets a file show different readers different tensors.
 *
 * @param json text that `JSON.parse` accepts
 */
export function maybeDuplicateKey(json: string): string | null {
	const scopes: (Set<string> | null)[] = [];
	for (let i = 0; i < json.length; i++) {
		const character = json[i];
		if (character === '{') scopes.push(new Set());
		else if (character === '[') scopes.push(null);
		else if (character === '}' || character === ']') scopes.pop();
		else if (character === '"') {
			const start = i;
			i = closingQuote(json, start);
			const keys = scopes.at(-1);
			if (!keys || !isKey(json, i)) continue;
			const key = JSON.parse(json.slice(start, i + 1)) as string;
			if (keys.has(key)) return key;
			keys.add(key);
		}
	}
	return null;
}

function closingQuote(json: string, start: number): number {
	let end = start + 1;
	while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
	return end;
}

/** Whether a colon follows the string that ends at `end`. */
function isKey(json: string, end: number): boolean {
	let next = end + 1;
	while (' \t\r\n'.includes(json[next])) next++;
	return json[next] === ':';
}
