import * as v from 'valibot';
import type { Gemma3Config } from '../gemma3/configuration.js';
import type { ScoreFunction } from '../gemma3/scoreHead.js';
import type { PictureInfo, Prompt } from '../rpc/services.js';
import { RecordingError } from './recording.js';
import type { MaskDescription, ModelInfo, TraceImage, TraceToken } from './trace.js';

/**
 * A recorded trace as a safetensors file, which Python reads and writes too. Its metadata holds the
 * JSON text of a `TraceFileHeader` under `gemma_loupe_trace`; its tensors are, as far as they were
 * recorded (T tokens, H heads, k weights kept of a row, layer L):
 *
 * | name | dtype | shape |
 * | --- | --- | --- |
 * | `attentions.L` | F16, F32 | `[H, T, T]`, all weights |
 * | `attentions.L.keys`, `attentions.L.weights` | I32; F16, F32 | `[H, T, k]`, the largest of each row |
 * | `hidden_states.L` | F16, F32 | `[T, hiddenSize]` |
 * | `top_logits.ids`, `.logits`, `.probabilities` | I32, F32, F32 | `[T, n]`, best first |
 * | `lens.L.ids`, `.logits`, `.probabilities` | I32, F32, F32 | `[T, n]`, logit lens of hidden state L |
 * | `lens.L.divergence` | F32 | `[T]` |
 * | `classification.logits`, `.probabilities` | F32 | `[labels]`; a regression has no probabilities |
 */
export interface TraceFileHeader {
	readonly version: 1;
	readonly prompt: Prompt;
	readonly model: ModelInfo;
	readonly tokens: readonly TraceToken[];
	/** Without their pixels. */
	readonly pictures: readonly PictureInfo[];
	readonly images: readonly TraceImage[];
	readonly masks: MaskDescription;
	/** Texts of the tokens in the score tensors, by id. */
	readonly texts: Readonly<Record<string, string>>;
	readonly error: TraceFileError;
	/** What the checkpoint's classification head made of the prompt, beside its numbers. */
	readonly classification?: ClassificationHeader;
}

export interface ClassificationHeader {
	/** Of the token that was read. */
	readonly position: number;
	readonly scoreFunction: ScoreFunction;
	/** Names, in the order of the logits. */
	readonly labels: readonly string[];
}

/** How far the recorded numbers may be from those that were computed. */
export interface TraceFileError {
	/** Largest difference of an attention weight, left out ones included. */
	readonly attention: number;
	/** Largest sum of the weights that one row lost. */
	readonly attentionMass: number;
	/** Largest difference of a value of a hidden state. */
	readonly hiddenState: number;
}

export const headerKey = 'gemma_loupe_trace';

/** Characters of the header's JSON that are read, at most. */
const maxHeaderLength = 64 * 2 ** 20;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const range = v.object({ start: count, end: count });
const bits = v.array(v.picklist([0, 1]));

// What the views rely on; fields of the configuration beyond it are taken as they are.
const header = v.object({
	version: v.literal(1),
	prompt: v.variant('kind', [
		v.object({ kind: v.literal('plain'), text: v.string() }),
		v.object({
			kind: v.literal('chat'),
			messages: v.array(
				v.object({
					role: v.picklist(['system', 'user', 'assistant']),
					content: v.union([
						v.string(),
						v.array(
							v.variant('type', [
								v.object({ type: v.literal('text'), text: v.string() }),
								v.object({ type: v.literal('image') })
							])
						)
					])
				})
			)
		})
	]),
	model: v.object({
		name: v.string(),
		config: v.looseObject({
			textConfig: v.looseObject({
				vocabSize: count,
				hiddenSize: count,
				numHiddenLayers: v.pipe(count, v.maxValue(1000)),
				numAttentionHeads: v.pipe(count, v.maxValue(1000)),
				slidingWindow: count,
				layerTypes: v.array(v.picklist(['sliding_attention', 'full_attention']))
			})
		}),
		device: v.picklist(['webgpu', 'wasm']),
		deviceReason: v.string(),
		dtype: v.string(),
		weightBytes: count,
		recorded: v.literal(true)
	}),
	tokens: v.array(
		v.object({
			id: count,
			text: v.string(),
			kind: v.picklist(['text', 'control', 'image']),
			turn: v.nullable(count),
			imageIndex: v.nullable(count),
			position: count,
			step: v.nullable(count)
		})
	),
	pictures: v.array(
		v.object({ name: v.string(), width: count, height: count, panAndScan: v.string() })
	),
	images: v.array(
		v.object({
			picture: count,
			crop: v.nullable(count),
			box: v.object({ x: finite, y: finite, width: finite, height: finite }),
			gridSize: count,
			tokens: range
		})
	),
	masks: v.object({
		rule: v.picklist(['5.17', '4.56']),
		slidingWindow: count,
		attentionMask: bits,
		tokenTypeIds: bits,
		edits: v.array(
			v.object({
				layer: count,
				head: v.exactOptional(count),
				queries: range,
				keys: range,
				open: v.boolean()
			})
		),
		promptLength: count
	}),
	texts: v.record(v.pipe(v.string(), v.digits()), v.string()),
	error: v.object({ attention: finite, attentionMass: finite, hiddenState: finite }),
	classification: v.exactOptional(
		v.object({
			position: count,
			scoreFunction: v.picklist(['softmax', 'sigmoid', 'none']),
			labels: v.pipe(v.array(v.string()), v.minLength(1))
		})
	)
});

/**
 * Checks the header of a recorded trace, as far as the views rely on it.
 *
 * @throws RecordingError naming the field and what was expected
 */
export function parseTraceFileHeader(json: string): TraceFileHeader {
	if (json.length > maxHeaderLength) {
		throw new RecordingError(
			`the recording's header has ${json.length} characters, the limit is ${maxHeaderLength}`
		);
	}
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (error) {
		throw new RecordingError(`the recording's header is not JSON: ${(error as Error).message}`);
	}
	const { version } = (value ?? {}) as { version?: unknown };
	if (typeof version === 'number' && version > 1) {
		throw new RecordingError(
			`the recording is of version ${version}, this program reads version 1: open it with a newer Gemma Loupe`
		);
	}
	const result = v.safeParse(header, value, { abortEarly: true });
	if (!result.success) {
		const [issue] = result.issues;
		const where = v.getDotPath(issue) ?? 'the header';
		throw new RecordingError(
			`the recording's ${where} is ${issue.received}, expected ${issue.expected ?? issue.type}`
		);
	}
	const { output } = result;
	checkLengths(output);
	const config = output.model.config as unknown as Gemma3Config;
	return { ...output, model: { ...output.model, config } as ModelInfo };
}

function checkLengths({
	model,
	tokens,
	masks,
	images,
	classification
}: v.InferOutput<typeof header>): void {
	const { layerTypes, numHiddenLayers } = model.config.textConfig;
	const expected: [where: string, length: number, expected: number][] = [
		['model.config.textConfig.layerTypes', layerTypes.length, numHiddenLayers],
		['masks.attentionMask', masks.attentionMask.length, tokens.length],
		['masks.tokenTypeIds', masks.tokenTypeIds.length, tokens.length],
		...images.map(({ tokens, gridSize }, i): [string, number, number] => [
			`images.${i}.tokens`,
			tokens.end - tokens.start,
			gridSize ** 2
		])
	];
	for (const [where, length, count] of expected) {
		if (length !== count) {
			throw new RecordingError(`the recording's ${where} has ${length} entries, expected ${count}`);
		}
	}
	if (classification && classification.position >= tokens.length) {
		throw new RecordingError(
			`the recording's classification.position is ${classification.position}, expected 0 to ${tokens.length - 1}`
		);
	}
	const misplaced = tokens.find(({ position }, i) => position !== i);
	if (misplaced) {
		throw new RecordingError(
			`the recording's tokens are not in order: position ${misplaced.position} is misplaced`
		);
	}
}
