import { SourceError, type Source } from '../../src/lib/sources/source.js';
import { formulaBfloat16, type FormulaTensor } from './formulaWeights.js';

export interface FormulaSpec {
	/** A `config.json`. */
	readonly config: Readonly<Record<string, unknown>>;
	readonly weights: readonly FormulaTensor[];
}

interface Placed extends FormulaTensor {
	/** First byte in its file. */
	readonly start: number;
	readonly byteLength: number;
}

/** One safetensors file of formula tensors in bfloat16, whose bytes are made when they are read. */
class FormulaFile {
	readonly #header: Uint8Array;
	readonly #tensors: readonly Placed[];
	readonly byteLength: number;

	constructor(weights: readonly FormulaTensor[]) {
		const fields: Record<string, unknown> = {};
		const placed: Placed[] = [];
		let length = 0;
		for (const tensor of weights) {
			const byteLength = tensor.shape.reduce((product, size) => product * size, 2);
			fields[tensor.name] = {
				dtype: 'BF16',
				shape: tensor.shape,
				data_offsets: [length, length + byteLength]
			};
			placed.push({ ...tensor, start: length, byteLength });
			length += byteLength;
		}
		const json = new TextEncoder().encode(JSON.stringify(fields));
		const dataStart = Math.ceil((8 + json.byteLength) / 8) * 8;
		this.#header = new Uint8Array(dataStart).fill(0x20);
		new DataView(this.#header.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
		this.#header.set(json, 8);
		this.#tensors = placed.map((tensor) => ({ ...tensor, start: tensor.start + dataStart }));
		this.byteLength = dataStart + length;
	}

	/** Bytes `[start, end)`. */
	read(start: number, end: number): Uint8Array<ArrayBuffer> {
		const bytes = new Uint8Array(end - start);
		if (start < this.#header.byteLength) bytes.set(this.#header.subarray(start, end));
		for (const tensor of this.#tensors) {
			const from = Math.max(start, tensor.start);
			const to = Math.min(end, tensor.start + tensor.byteLength);
			if (from >= to) continue;
			const first = (from - tensor.start) >> 1;
			const last = Math.ceil((to - tensor.start) / 2);
			const halves = new Uint8Array(formulaBfloat16(tensor, first, last).buffer);
			const skip = from - tensor.start - first * 2;
			bytes.set(halves.subarray(skip, skip + to - from), from - start);
		}
		return bytes;
	}
}

/** The files of a formula checkpoint: one of weights, or shards with their index. */
export function formulaFiles(
	{ config, weights }: FormulaSpec,
	shardCount = 1
): ReadonlyMap<string, FormulaFile | string> {
	const files = new Map<string, FormulaFile | string>([['config.json', JSON.stringify(config)]]);
	if (shardCount === 1) return files.set('model.safetensors', new FormulaFile(weights));
	const weightMap: Record<string, string> = {};
	const perShard = Math.ceil(weights.length / shardCount);
	const number = (value: number) => String(value).padStart(5, '0');
	for (let shard = 0; shard < shardCount; shard++) {
		const part = weights.slice(shard * perShard, (shard + 1) * perShard);
		const name = `model-${number(shard + 1)}-of-${number(shardCount)}.safetensors`;
		for (const tensor of part) weightMap[tensor.name] = name;
		files.set(name, new FormulaFile(part));
	}
	return files.set('model.safetensors.index.json', JSON.stringify({ weight_map: weightMap }));
}

/** A checkpoint of any size that takes no room: weights by formula. */
export function formulaSource(spec: FormulaSpec, shardCount = 1): Source {
	const files = formulaFiles(spec, shardCount);
	return {
		name: 'a checkpoint by formula',
		async maybeText(path) {
			const file = files.get(path);
			return typeof file === 'string' ? file : null;
		},
		async maybeSize(path) {
			const file = files.get(path);
			return file === undefined ? null : typeof file === 'string' ? file.length : file.byteLength;
		},
		async bytes(path, start, end, signal, onReceived) {
			signal?.throwIfAborted();
			const file = files.get(path);
			if (!(file instanceof FormulaFile)) throw new SourceError(`there is no ${path}`);
			const bytes = file.read(start, end);
			onReceived?.(bytes.byteLength);
			return bytes;
		}
	};
}
