import * as v from 'valibot';
import { limits } from './limits.js';

/**
 * The settings of every kind of cell: what they may be, and what they are when left out. Layers,
 * heads and positions count from 0. A setting that has another meaning or default than in an older
 * version needs a migration.
 */

export const idSchema = v.pipe(
	v.string(),
	v.regex(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/, 'a name of letters, digits and hyphens')
);

/** Content hash of an attachment: SHA-256 in hexadecimal. */
export const hashSchema = v.pipe(
	v.string(),
	v.regex(/^sha256-[0-9a-f]{64}$/, '"sha256-" and 64 hexadecimal digits')
);

export const textSchema = v.pipe(v.string(), v.maxLength(limits.cellText));

/** Negative zero does not survive JSON; it becomes zero here. */
const plusZero = v.transform((value: number) => value + 0);

const count = (maximum: number) =>
	v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximum), plusZero);
const real = (minimum: number, maximum: number) =>
	v.pipe(v.number(), v.finite(), v.minValue(minimum), v.maxValue(maximum), plusZero);

const layer = count(999);
const head = count(999);
const position = count(9_999_999);
const maybe = <S extends v.GenericSchema>(schema: S) => v.optional(v.nullable(schema), null);

/** One head, or all of them as one: their mean or their maximum. */
const headChoice = v.union([head, v.picklist(['mean', 'max'])]);
const range = v.pipe(
	v.strictObject({ start: position, end: position }),
	v.check(({ start, end }) => start <= end, 'a range whose start is not after its end'),
	v.readonly()
);
const maskRule = v.picklist(['5.17', '4.56']);
/** How weights become colours. */
const scale = v.optional(v.picklist(['linear', 'log']), 'linear');

/** Null is as the checkpoint's image processor is set up. */
const panAndScan = {
	doPanAndScan: maybe(v.boolean()),
	/** Pixels. */
	panAndScanMinCropSize: maybe(v.pipe(count(100_000), v.minValue(1))),
	panAndScanMaxNumCrops: maybe(v.pipe(count(64), v.minValue(1))),
	panAndScanMinRatioToActivate: maybe(real(0, 1000))
};

const contentPart = v.variant('type', [
	v.pipe(v.strictObject({ type: v.literal('text'), text: textSchema }), v.readonly()),
	v.pipe(v.strictObject({ type: v.literal('image') }), v.readonly())
]);

const chatMessage = v.pipe(
	v.strictObject({
		role: v.picklist(['system', 'user', 'assistant']),
		content: v.union([
			textSchema,
			v.pipe(v.array(contentPart), v.maxLength(limits.messages), v.readonly())
		])
	}),
	v.readonly()
);

const maskEdit = v.pipe(
	v.strictObject({
		layer,
		head: v.exactOptional(head),
		queries: range,
		keys: range,
		open: v.boolean()
	}),
	v.readonly()
);

const list = <S extends v.GenericSchema>(schema: S, maximum: number) =>
	v.optional(v.pipe(v.array(schema), v.maxLength(maximum), v.readonly()), []);

export const settingsSchemas = {
	/** Markdown with maths. */
	prose: { text: v.optional(textSchema, '') },
	prompt: {
		/** Chat turns through the model's template, or the text as it is. */
		template: v.optional(v.picklist(['chat', 'plain']), 'chat'),
		text: v.optional(textSchema, ''),
		messages: list(chatMessage, limits.messages),
		/** In the order of their places in the prompt. */
		pictures: list(
			v.pipe(v.strictObject({ image: hashSchema, name: textSchema }), v.readonly()),
			limits.picturesOfPrompt
		),
		...panAndScan,
		maskRule: v.optional(maskRule, '5.17'),
		edits: list(maskEdit, limits.edits),
		/** Whether the prompt is shown as the template writes it out. */
		showTemplate: v.optional(v.boolean(), false)
	},
	tokens: {
		showIds: v.optional(v.boolean(), false),
		/** Whether spaces and line ends are drawn as marks. */
		showWhitespace: v.optional(v.boolean(), true)
	},
	mask: { layer: v.optional(layer, 0), head: maybe(head) },
	slidingWindow: {
		/** Tokens, the query itself counted; null is the model's own. */
		slidingWindow: maybe(v.pipe(position, v.minValue(1))),
		maskRule: maybe(maskRule)
	},
	/** Null is what the prompt says. */
	panAndScan: { picture: v.optional(count(limits.picturesOfPrompt - 1), 0), ...panAndScan },
	attention: {
		layer: v.optional(layer, 0),
		head: v.optional(headChoice, 'mean'),
		view: v.optional(v.picklist(['matrix', 'heads', 'lines']), 'matrix'),
		query: maybe(position),
		key: maybe(position),
		scale,
		/** Whether the first token's column is left out of the colour scale. */
		hideFirst: v.optional(v.boolean(), false)
	},
	imageAttention: {
		layer: v.optional(layer, 0),
		head: v.optional(headChoice, 'mean'),
		/** The position that looks; null is the last one. */
		query: maybe(position),
		/** Index of a square that the vision tower saw; null is all of them. */
		image: maybe(count(999)),
		scale
	},
	hiddenStates: {
		/** One above the number of layers: 0 is the embedding. */
		layer: v.optional(count(1000), 0),
		view: v.optional(v.picklist(['norm', 'similarity', 'components']), 'norm'),
		position: maybe(position)
	},
	logitLens: {
		/** Candidates a cell lists. */
		k: v.optional(v.pipe(count(100), v.minValue(1)), 5),
		view: v.optional(v.picklist(['top', 'probability', 'rank']), 'top'),
		/** The token whose probability or rank is drawn; null is the likeliest at the end. */
		token: maybe(count(9_999_999)),
		positions: maybe(range)
	},
	generation: {
		maxNewTokens: v.optional(v.pipe(count(100_000), v.minValue(1)), 32),
		doSample: v.optional(v.boolean(), false),
		temperature: v.optional(real(0, 100), 1),
		topK: v.optional(count(9_999_999), 64),
		topP: v.optional(real(0, 1), 0.95),
		minP: v.optional(real(0, 1), 0),
		repetitionPenalty: v.optional(real(0, 100), 1),
		seed: v.optional(count(2 ** 32 - 1), 0)
	},
	/** How many labels are listed, the likeliest first. */
	classification: { k: v.optional(v.pipe(count(1000), v.minValue(1)), 5) },
	configuration: { section: v.optional(v.picklist(['all', 'text', 'vision']), 'all') },
	comparison: {
		/** The cell that is set beside the source. */
		other: maybe(idSchema),
		view: v.optional(v.picklist(['attention', 'mask', 'tokens', 'logits']), 'attention'),
		layer: v.optional(layer, 0),
		head: v.optional(headChoice, 'mean'),
		measure: v.optional(v.picklist(['sideBySide', 'difference']), 'difference')
	}
} as const;

export type CellKind = keyof typeof settingsSchemas;

export const cellKinds = Object.keys(settingsSchemas) as readonly CellKind[];
