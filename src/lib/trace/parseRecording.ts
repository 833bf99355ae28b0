import { RecordingError, type Recording } from './recording.js';

type Json = Record<string, unknown>;

/**
 * Checks a parsed JSON value field by field, as far as the views rely on it.
 *
 * @throws RecordingError naming the field, what it holds and what was expected
 */
export function parseRecording(value: unknown): Recording {
	const root = toObject(value, 'the recording');
	if (root.format !== 'gemma-loupe-trace') {
		throw new RecordingError(
			`format is ${show(root.format)}, expected "gemma-loupe-trace": this is no recorded trace`
		);
	}
	if (root.version !== 1) {
		throw new RecordingError(
			`version is ${show(root.version)}, this program reads version 1: record it again`
		);
	}
	checkPrompt(root.prompt);
	const tokens = toArray(root.tokens, 'tokens');
	tokens.forEach(checkToken);
	toArray(root.pictures, 'pictures').forEach((picture, i) => toObject(picture, `pictures[${i}]`));
	toArray(root.images, 'images').forEach((image, i) => toObject(image, `images[${i}]`));

	const model = toObject(root.model, 'model');
	toText(model.name, 'model.name');
	const config = toObject(model.config, 'model.config');
	const text = toObject(config.textConfig, 'model.config.textConfig');
	const layers = toCount(text.numHiddenLayers, 'model.config.textConfig.numHiddenLayers');
	const heads = toCount(text.numAttentionHeads, 'model.config.textConfig.numAttentionHeads');
	expectLength(text.layerTypes, layers, 'model.config.textConfig.layerTypes');

	const masks = toObject(root.masks, 'masks');
	toCount(masks.slidingWindow, 'masks.slidingWindow');
	toCount(masks.promptLength, 'masks.promptLength');
	expectLength(masks.attentionMask, tokens.length, 'masks.attentionMask');
	expectLength(masks.tokenTypeIds, tokens.length, 'masks.tokenTypeIds');
	toArray(masks.edits, 'masks.edits');

	const attentions = toObject(root.attentions, 'attentions');
	const expected = [layers, heads, tokens.length, tokens.length];
	if (JSON.stringify(attentions.dims) !== JSON.stringify(expected)) {
		throw new RecordingError(
			`attentions.dims is ${show(attentions.dims)}, expected ${show(expected)} for this model and prompt`
		);
	}
	if (attentions.encoding !== 'uint16-unorm-base64') {
		throw new RecordingError(
			`attentions.encoding is ${show(attentions.encoding)}, expected "uint16-unorm-base64"`
		);
	}
	toText(attentions.data, 'attentions.data');

	const topLogits = expectLength(root.topLogits, tokens.length, 'topLogits');
	topLogits.forEach((scores, position) => {
		toArray(scores, `topLogits[${position}]`).forEach((score, rank) => {
			const where = `topLogits[${position}][${rank}]`;
			const { text, id, logit, probability } = toObject(score, where);
			toText(text, `${where}.text`);
			for (const [name, number] of Object.entries({ id, logit, probability })) {
				if (!Number.isFinite(number)) {
					throw new RecordingError(`${where}.${name} is ${show(number)}, expected a number`);
				}
			}
		});
	});
	return value as Recording;
}

function checkPrompt(value: unknown): void {
	const prompt = toObject(value, 'prompt');
	if (prompt.kind === 'plain') toText(prompt.text, 'prompt.text');
	else if (prompt.kind === 'chat') toArray(prompt.messages, 'prompt.messages');
	else throw new RecordingError(`prompt.kind is ${show(prompt.kind)}, expected "plain" or "chat"`);
}

function checkToken(value: unknown, position: number): void {
	const token = toObject(value, `tokens[${position}]`);
	toText(token.text, `tokens[${position}].text`);
	if (!['text', 'control', 'image'].includes(token.kind as string)) {
		throw new RecordingError(
			`tokens[${position}].kind is ${show(token.kind)}, expected "text", "control" or "image"`
		);
	}
	if (token.position !== position) {
		throw new RecordingError(
			`tokens[${position}].position is ${show(token.position)}, expected ${position}`
		);
	}
}

function toObject(value: unknown, where: string): Json {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
	throw new RecordingError(`${where} is ${show(value)}, expected an object`);
}

function toArray(value: unknown, where: string): readonly unknown[] {
	if (Array.isArray(value)) return value;
	throw new RecordingError(`${where} is ${show(value)}, expected a list`);
}

function expectLength(value: unknown, length: number, where: string): readonly unknown[] {
	const list = toArray(value, where);
	if (list.length === length) return list;
	throw new RecordingError(`${where} has ${list.length} entries, expected ${length}`);
}

function toText(value: unknown, where: string): string {
	if (typeof value === 'string') return value;
	throw new RecordingError(`${where} is ${show(value)}, expected text`);
}

function toCount(value: unknown, where: string): number {
	if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
	throw new RecordingError(`${where} is ${show(value)}, expected a whole number`);
}

function show(value: unknown): string {
	const text = JSON.stringify(value) ?? 'missing';
	return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
