import * as v from 'valibot';
import type { Prompt } from '../rpc/services.js';
import {
	hashSchema,
	idSchema,
	settingsSchemas,
	textSchema,
	type CellKind
} from './cellSettings.js';
import { limits } from './limits.js';
import { NotebookError, quote } from './notebookError.js';

/** A result that was recorded, and what it is a result of. */
const recording = v.pipe(
	v.strictObject({
		/** Hash of the attachment that holds the trace. */
		trace: hashSchema,
		/** The cell's key when it ran (see cellKeys.ts); another key now means that it is stale. */
		key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, '16 hexadecimal digits'))
	}),
	v.readonly()
);

function cellSchema<const K extends CellKind, const E extends v.ObjectEntries>(
	kind: K,
	entries: E
) {
	const settings = v.pipe(v.strictObject(entries), v.readonly());
	return v.pipe(
		v.strictObject({
			id: idSchema,
			kind: v.literal(kind),
			/** The cell whose result this one shows or continues. */
			source: v.optional(v.nullable(idSchema), null),
			caption: v.optional(textSchema, ''),
			collapsed: v.optional(v.boolean(), false),
			recording: v.optional(v.nullable(recording), null),
			settings: v.optional(settings, () => ({}) as v.InferInput<typeof settings>)
		}),
		v.readonly()
	);
}

const anyCell = v.variant('kind', [
	cellSchema('prose', settingsSchemas.prose),
	cellSchema('prompt', settingsSchemas.prompt),
	cellSchema('tokens', settingsSchemas.tokens),
	cellSchema('mask', settingsSchemas.mask),
	cellSchema('slidingWindow', settingsSchemas.slidingWindow),
	cellSchema('panAndScan', settingsSchemas.panAndScan),
	cellSchema('attention', settingsSchemas.attention),
	cellSchema('imageAttention', settingsSchemas.imageAttention),
	cellSchema('hiddenStates', settingsSchemas.hiddenStates),
	cellSchema('logitLens', settingsSchemas.logitLens),
	cellSchema('generation', settingsSchemas.generation),
	cellSchema('classification', settingsSchemas.classification),
	cellSchema('configuration', settingsSchemas.configuration),
	cellSchema('comparison', settingsSchemas.comparison)
]);

const attachment = v.pipe(
	v.strictObject({
		mediaType: v.picklist([
			'image/png',
			'image/jpeg',
			'image/webp',
			'image/gif',
			'image/bmp',
			'image/avif',
			'application/x-safetensors'
		]),
		bytes: v.pipe(
			v.instance(Uint8Array<ArrayBuffer>),
			v.check(
				({ byteLength }) => byteLength <= limits.attachmentBytes,
				`at most ${limits.attachmentBytes} bytes`
			)
		)
	}),
	v.readonly()
);

const notebookSchema = v.pipe(
	v.strictObject({
		title: v.optional(textSchema, ''),
		/** The model that the notebook is about: a name of the page's list, a Hub name or a URL. */
		model: v.optional(v.pipe(v.string(), v.maxLength(2000)), 'gemma3-mini'),
		cells: v.optional(v.pipe(v.array(anyCell), v.maxLength(limits.cells), v.readonly()), []),
		/** Pictures and recordings by content hash; exactly those that a cell refers to. */
		attachments: v.optional(
			v.pipe(v.map(hashSchema, attachment), v.maxSize(limits.attachments), v.readonly()),
			() => new Map()
		)
	}),
	v.readonly()
);

/** A picture's file, or a recorded trace. The bytes are never changed. */
export type Attachment = v.InferOutput<typeof attachment>;
export type Attachments = ReadonlyMap<string, Attachment>;
export type RecordingReference = v.InferOutput<typeof recording>;

/** What may be written: everything but a cell's id and kind has a default. */
export type CellInput = v.InferInput<typeof anyCell>;
export type NotebookInput = Omit<v.InferInput<typeof notebookSchema>, 'attachments'> & {
	readonly attachments?: Attachments;
};

/** A cell with every setting. */
export type Cell = v.InferOutput<typeof anyCell>;
export type CellOf<K extends CellKind> = Extract<Cell, { kind: K }>;
export type CellSettings<K extends CellKind> = CellOf<K>['settings'];

/** A document, resolved. It is a value: editing makes another one. */
export interface Notebook {
	readonly title: string;
	readonly model: string;
	readonly cells: readonly Cell[];
	readonly attachments: Attachments;
}

/**
 * Fills in the defaults and checks every field; whether cells fit together is for `checkGraph`.
 *
 * @throws NotebookError naming the field, what it holds and what was expected
 */
export function toNotebook(input: NotebookInput | Notebook): Notebook {
	return parse(notebookSchema, input, '');
}

/**
 * A cell with its defaults.
 *
 * @throws NotebookError naming the field, what it holds and what was expected
 */
export function toCell(input: CellInput | Cell): Cell {
	return parse(anyCell, input, describeCell(input));
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, root: string) {
	const result = v.safeParse(schema, value, { abortEarly: true });
	if (result.success) return result.output;
	const [issue] = result.issues;
	const path = issue.path ?? [];
	let where = root;
	for (const { key, value } of path) {
		if (where === 'cells') where = `cell ${Number(key) + 1} (${describeCell(value)})`;
		else where += where === '' ? String(key) : `.${String(key)}`;
	}
	if (issue.expected === 'never') throw new NotebookError(`${where} is unknown: remove it`);
	throw new NotebookError(
		`${where || 'the notebook'} is ${quote(issue.input)}, expected ${describeExpected(issue)}`
	);
}

function describeExpected({ type, expected, message, requirement }: v.BaseIssue<unknown>): string {
	// A message of our own says what is expected; valibot's begin with "Invalid".
	if (!message.startsWith('Invalid')) return message;
	if (type === 'integer') return 'a whole number';
	if (type === 'max_length') return `at most ${requirement} characters or entries`;
	return expected ?? type.replaceAll('_', ' ');
}

function describeCell(value: unknown): string {
	const { id } = (value ?? {}) as { id?: unknown };
	return typeof id === 'string' ? quote(id) : 'without id';
}

/** The prompt that a prompt cell stands for. */
export function toPrompt({ template, text, messages }: CellSettings<'prompt'>): Prompt {
	return template === 'plain' ? { kind: 'plain', text } : { kind: 'chat', messages };
}
