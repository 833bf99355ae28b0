import { quote, SafetensorsError } from './safetensorsError.js';

/**
 * Parses `model.safetensors.index.json`: which file holds which tensor.
 *
 * @param file the index's name, for messages
 * @returns file name by tensor name
 * @throws SafetensorsError if the text is no such index, or names a file outside its folder
 */
export function parseShardIndex(text: string, file: string): ReadonlyMap<string, string> {
	let index: unknown;
	try {
		index = JSON.parse(text);
	} catch (cause) {
		throw new SafetensorsError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
	}
	const weightMap = isRecord(index) ? index.weight_map : undefined;
	if (!isRecord(weightMap)) {
		throw new SafetensorsError(`${file}: weight_map is ${quote(weightMap)}, expected an object`);
	}
	const shards = new Map<string, string>();
	for (const [tensor, shard] of Object.entries(weightMap)) {
		if (!isShardName(shard)) {
			throw new SafetensorsError(
				`${file}: weight_map puts ${quote(tensor)} in ${quote(shard)}, expected a .safetensors file of the same folder`
			);
		}
		shards.set(tensor, shard);
	}
	if (shards.size === 0) throw new SafetensorsError(`${file}: weight_map names no tensor`);
	return shards;
}

/** A plain file name: no folder, drive, scheme, query or escape in it. */
function isShardName(value: unknown): value is string {
	return typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9._-]*\.safetensors$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
