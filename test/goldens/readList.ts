import { readFileSync } from 'node:fs';

/** @throws Error if the file is no JSON list, or an empty one */
export function readList<T>(path: string): T[] {
	const list: unknown = JSON.parse(readFileSync(path, 'utf8'));
	if (!Array.isArray(list) || list.length === 0) throw new Error(`${path} is not a list of cases`);
	return list as T[];
}
