import type { Checkpoint, CheckpointTensor } from '../safetensors/checkpoint.js';
import { encodeHeader, type HeaderField } from '../safetensors/writer.js';
import { SafetensorsError } from '../safetensors/safetensorsError.js';
import {
	blockCount,
	codeByteLength,
	createPackedMatrix,
	isQuantized,
	type PackedMatrix,
	type Weight,
	type WeightDtype
} from '../tensor/packedMatrix.js';
import { packBytes } from '../tensor/quantize.js';
import { createTensor, elementCount } from '../tensor/tensor.js';
import { isFloatDtype, toFloat32 } from '../tensor/toFloat32.js';
import type { ExpectedWeights } from './expectedWeights.js';
import { isScoreHead, keptDtype, matchWeights } from './weights.js';

/** Takes bytes for places of a file, in any order. */
export interface ByteSink {
	write(bytes: Uint8Array, at: number): Promise<void> | void;
}

/** A checkpoint as it will be stored: a safetensors file with packed matrices. */
export interface PackedLayout {
	readonly header: Uint8Array;
	readonly byteLength: number;
	/** Of every stored tensor, first byte and bytes of one row. */
	readonly places: ReadonlyMap<string, { readonly start: number; readonly rowByteLength: number }>;
	/** Canonical name by the checkpoint's own. */
	readonly names: ReadonlyMap<string, string>;
}

export interface ConversionOptions {
	readonly dtype: WeightDtype;
	/** Bytes of the checkpoint read so far, and in all. */
	readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
	/** The same of bytes that are converted and written. */
	readonly onConverted?: (convertedBytes: number, totalBytes: number) => void;
	readonly signal?: AbortSignal;
	/** Pieces that an earlier conversion finished, as `onPieces` named them. */
	readonly done?: ReadonlySet<string>;
	/** Told that a chunk has been read, before the next one is asked for. */
	readonly onChunk?: () => void;
	/** Told which pieces are written, once a chunk of them is. */
	readonly onPieces?: (pieces: readonly string[]) => Promise<void> | void;
}

const scalesSuffix = '.scales';

/**
 * Where everything lies in the stored form of a checkpoint. Matrices of 8 and 4 bits are `U8`
 * `[rows, blocks, bytes]` with `F32` scales `[rows, blocks]` beside them, under canonical names.
 *
 * @throws SafetensorsError if a weight is missing or has another shape
 */
export function planPackedCheckpoint(
	checkpoint: Checkpoint,
	expected: ExpectedWeights,
	dtype: WeightDtype
): PackedLayout {
	const { wanted } = matchWeights(checkpoint, expected);
	const fields: HeaderField[] = [];
	const names = new Map<string, string>();
	for (const [canonical, name] of wanted) {
		names.set(name, canonical);
		const { shape } = checkpoint.tensors.get(name)!;
		fields.push(...storedFields(canonical, shape, keptDtype(canonical, dtype)));
	}
	const { header, starts, byteLength } = encodeHeader(fields, { packed: dtype });
	const places = new Map(
		fields.map(({ name, shape, dtype }) => {
			const byteSize = dtype === 'F32' ? 4 : dtype === 'F16' ? 2 : 1;
			const rowByteLength = elementCount(shape.slice(1)) * byteSize;
			return [name, { start: starts.get(name)!, rowByteLength }];
		})
	);
	return { header, byteLength, places, names };
}

function storedFields(name: string, shape: readonly number[], dtype: WeightDtype): HeaderField[] {
	if (dtype === 'fp32') return [{ name, dtype: 'F32', shape }];
	if (dtype === 'fp16') return [{ name, dtype: 'F16', shape }];
	const [rows, columns] = shape;
	const blocks = blockCount(columns);
	const codes = [rows, blocks, codeByteLength(dtype, columns) / blocks];
	return [
		{ name, dtype: 'U8', shape: codes },
		{ name: `${name}${scalesSuffix}`, dtype: 'F32', shape: [rows, blocks] }
	];
}

/**
 * Converts a checkpoint piece by piece into its stored form; in memory are a few pieces of up to
 * 16 MiB. A conversion that was interrupted goes on behind the pieces that are done.
 *
 * @throws SafetensorsError, SourceError, whatever the sink throws, or AbortError
 */
export async function convertCheckpoint(
	checkpoint: Checkpoint,
	layout: PackedLayout,
	sink: ByteSink,
	options: ConversionOptions
): Promise<void> {
	const { dtype, onProgress, onConverted, signal, done = new Set(), onChunk, onPieces } = options;
	const { places, names } = layout;
	const order = readingOrder(checkpoint, names);
	let written: string[] = [];
	await sink.write(layout.header, 0);
	const isDone = (name: string, firstRow: number) => done.has(`${name}:${firstRow}`);
	const write = async (name: string, firstRow: number, data: ArrayBufferView) => {
		const { start, rowByteLength } = places.get(name)!;
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		await sink.write(bytes, start + firstRow * rowByteLength);
	};
	const pieces = checkpoint.readPieces(names.keys(), onProgress, signal, isDone, onChunk);
	for await (const { name, info, firstRow, bytes, endsChunk } of pieces) {
		if (!isFloatDtype(info.dtype)) throw new RangeError(`${name} is ${info.dtype}`);
		const canonical = names.get(name)!;
		const kept = keptDtype(canonical, dtype);
		if (kept === 'fp32') await write(canonical, firstRow, toFloat32(bytes, info.dtype));
		else {
			const [rows, columns] = info.shape;
			// The product first: a share of the rows would not come out whole.
			const count = (bytes.byteLength * rows) / info.byteLength;
			const packed = createPackedMatrix(kept, [count, columns]);
			packBytes(bytes, info.dtype, packed, 0);
			await write(canonical, firstRow, packed.data);
			if (isQuantized(packed)) {
				await write(`${canonical}${scalesSuffix}`, firstRow, packed.scales);
			}
		}
		const rowByteLength = info.byteLength / Math.max(info.shape[0] ?? 1, 1);
		const before = order.starts.get(name)! + firstRow * rowByteLength;
		onConverted?.(before + bytes.byteLength, order.byteLength);
		written.push(`${name}:${firstRow}`);
		if (!endsChunk) continue;
		await onPieces?.(written);
		written = [];
	}
}

/** How many wanted bytes come before each tensor, in the order in which they are read. */
function readingOrder(checkpoint: Checkpoint, names: ReadonlyMap<string, string>) {
	const starts = new Map<string, number>();
	let byteLength = 0;
	for (const [name, info] of checkpoint.tensors) {
		if (!names.has(name)) continue;
		starts.set(name, byteLength);
		byteLength += info.byteLength;
	}
	return { starts, byteLength };
}

/** Whether a checkpoint is in stored form. */
export function isPackedCheckpoint(checkpoint: Checkpoint): boolean {
	for (const [name, { dtype }] of checkpoint.tensors) {
		if (dtype === 'U8' && checkpoint.tensors.has(`${name}${scalesSuffix}`)) return true;
	}
	return false;
}

/**
 * Reads weights from their stored form.
 *
 * @throws SafetensorsError if one is missing or has another shape
 */
export async function loadPackedWeights(
	checkpoint: Checkpoint,
	expected: ExpectedWeights,
	onProgress?: (loadedBytes: number, totalBytes: number) => void,
	signal?: AbortSignal
): Promise<Map<string, Weight>> {
	const weights = new Map<string, Weight>();
	const targets = new Map<string, Uint8Array>();
	const names = new Set(expected.keys());
	if (checkpoint.tensors.has('lm_head.weight') && expected.has('embed_tokens.weight')) {
		names.add('lm_head.weight');
	}
	const score = checkpoint.tensors.get('score.weight');
	if (score && isScoreHead(score, expected)) names.add('score.weight');
	for (const name of names) {
		const info = checkpoint.tensors.get(name);
		const shape =
			expected.get(name) ??
			(name === 'score.weight' ? score!.shape : expected.get('embed_tokens.weight')!);
		const weight = info && emptyWeight(checkpoint, name, info, shape);
		if (!weight) {
			throw new SafetensorsError(
				`${checkpoint.name}: the stored weight ${name} is missing or has another shape; delete the stored model and load it again`
			);
		}
		weights.set(name, weight);
		targets.set(name, toBytes(weight.data));
		if (isQuantized(weight)) targets.set(`${name}${scalesSuffix}`, toBytes(weight.scales));
	}
	const pieces = checkpoint.readPieces(targets.keys(), onProgress, signal);
	for await (const { name, info, firstRow, bytes } of pieces) {
		targets.get(name)!.set(bytes, firstRow * (info.byteLength / Math.max(info.shape[0] ?? 1, 1)));
	}
	return weights;
}

/** A weight of the stored kind, to be filled; undefined if what is stored does not fit. */
function emptyWeight(
	checkpoint: Checkpoint,
	name: string,
	{ dtype, shape }: CheckpointTensor,
	expected: readonly number[]
): Weight | undefined {
	const [rows, columns] = expected;
	let weight: Weight | undefined;
	if (dtype === 'F32') {
		weight = createTensor('float32', expected, new Float32Array(elementCount(expected)));
	} else if (dtype === 'F16') weight = createPackedMatrix('fp16', [rows, columns]);
	else if (dtype === 'U8') {
		weight = createPackedMatrix(shape[2] === 16 ? 'q4' : 'q8', [rows, columns]);
	}
	if (weight === undefined) return undefined;
	const kept = weight.dtype === 'float32' ? 'fp32' : (weight as PackedMatrix).dtype;
	const fields = storedFields(name, expected, kept);
	const fits = fields.every((field) => {
		const info = checkpoint.tensors.get(field.name);
		return info?.dtype === field.dtype && info.shape.join() === field.shape.join();
	});
	return fits ? weight : undefined;
}

function toBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
