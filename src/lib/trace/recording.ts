import type { PictureInfo, Prompt } from '../rpc/services.js';
import type { MaskDescription, ModelInfo, TokenScore, TraceImage, TraceToken } from './trace.js';

/**
 * A trace as a file: JSON that holds what a page without a model needs to draw the same pictures.
 * `version` counts up whenever an older reader would misread the file.
 */
export interface Recording {
	readonly format: 'gemma-loupe-trace';
	readonly version: 1;
	/** What was run, so that a page can tell whether its prompt is still the recorded one. */
	readonly prompt: Prompt;
	readonly model: ModelInfo;
	readonly tokens: readonly TraceToken[];
	/** Without their pixels. */
	readonly pictures: readonly PictureInfo[];
	readonly images: readonly TraceImage[];
	readonly masks: MaskDescription;
	readonly attentions: RecordedAttentions;
	/** The likeliest next tokens, best first; one list a position, all of one length. */
	readonly topLogits: readonly (readonly TokenScore[])[];
}

/** Weights of all layers and heads, `[layers, heads, positions, positions]`. */
export interface RecordedAttentions {
	readonly dims: readonly [number, number, number, number];
	/** `weight = value / 65535`, little-endian. */
	readonly encoding: 'uint16-unorm-base64';
	/** Largest difference from the weights that were recorded. */
	readonly maxError: number;
	readonly data: string;
}

/** A recording cannot be read; the message says where and what was expected. */
export class RecordingError extends Error {
	override name = 'RecordingError';
}

/** Largest value of an unsigned 16-bit number: the weight 1. */
const one = 65535;

/** Weights of 0 to 1 as base64 of little-endian unsigned 16-bit numbers, with the largest error. */
export function encodeWeights(weights: Float32Array): { data: string; maxError: number } {
	const bytes = new Uint8Array(weights.length * 2);
	const view = new DataView(bytes.buffer);
	let maxError = 0;
	weights.forEach((weight, i) => {
		const value = Math.round(Math.min(1, Math.max(0, weight)) * one);
		view.setUint16(2 * i, value, true);
		maxError = Math.max(maxError, Math.abs(Math.fround(value / one) - weight));
	});
	return { data: toBase64(bytes), maxError };
}

/**
 * The inverse of `encodeWeights`.
 *
 * @throws RecordingError if the text is no base64, or holds another number of weights
 */
export function decodeWeights(data: string, count: number): Float32Array {
	let binary: string;
	try {
		binary = atob(data);
	} catch {
		throw new RecordingError('attentions.data is not base64');
	}
	if (binary.length !== 2 * count) {
		throw new RecordingError(
			`attentions.data holds ${binary.length} bytes, expected ${2 * count} for ${count} weights`
		);
	}
	const weights = new Float32Array(count);
	for (let i = 0; i < count; i++) {
		weights[i] = (binary.charCodeAt(2 * i) | (binary.charCodeAt(2 * i + 1) << 8)) / one;
	}
	return weights;
}

function toBase64(bytes: Uint8Array): string {
	const block = 0x8000;
	let binary = '';
	for (let start = 0; start < bytes.length; start += block) {
		binary += String.fromCharCode(...bytes.subarray(start, start + block));
	}
	return btoa(binary);
}
