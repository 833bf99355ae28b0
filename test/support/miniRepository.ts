import { readdirSync, readFileSync } from 'node:fs';
import type { Served } from './hubServer.js';

const folder = 'static/models/gemma3-mini';
const weightsFile = 'model.safetensors';

interface Field {
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly data_offsets: readonly [start: number, end: number];
}

/** The embedded model as a repository of the Hub, its weights in shards that are fetched one by one. */
export function miniRepository(shardCount = 6): Record<string, Served> {
	const files: Record<string, Served> = {};
	for (const name of readdirSync(folder)) {
		if (/\.(json|jinja)$/.test(name)) files[name] = readFileSync(`${folder}/${name}`, 'utf8');
	}
	const bytes = readFileSync(`${folder}/${weightsFile}`);
	const start = 8 + Number(bytes.readBigUInt64LE(0));
	const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, Field>;
	delete header.__metadata__;
	const names = Object.keys(header);
	const perShard = Math.ceil(names.length / shardCount);
	const weightMap: Record<string, string> = {};
	for (let shard = 0; shard < shardCount; shard++) {
		const file = `model-${shard + 1}-of-${shardCount}.safetensors`;
		const part = names.slice(shard * perShard, (shard + 1) * perShard);
		const fields: Record<string, Field> = {};
		const parts: Uint8Array[] = [];
		let end = 0;
		for (const name of part) {
			const [from, to] = header[name].data_offsets;
			fields[name] = { ...header[name], data_offsets: [end, end + to - from] };
			parts.push(bytes.subarray(start + from, start + to));
			end += to - from;
			weightMap[name] = file;
		}
		const json = JSON.stringify(fields);
		const prefix = Buffer.alloc(8);
		const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
		prefix.writeBigUInt64LE(BigInt(padded.length));
		files[file] = Buffer.concat([prefix, Buffer.from(padded), ...parts]);
	}
	files[`${weightsFile}.index.json`] = JSON.stringify({ weight_map: weightMap });
	return files;
}
