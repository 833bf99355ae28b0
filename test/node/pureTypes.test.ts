import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const NOT_THERE = ['document', 'window', 'localStorage', 'HTMLElement', 'process', 'Buffer'];
const THERE = ['URL', 'AbortSignal', 'performance', 'structuredClone'];

/** Global names that TypeScript does not find in a file of src/lib/tensor, under a configuration. */
function unknownNames(configPath: string, names: string[]): string[] {
	const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
	// All of the toolkit is loaded too: a single dependency that refers to the DOM would let it in.
	const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
	const path = resolve('src/lib/tensor/inMemory.ts');
	const source = ts.createSourceFile(path, names.join(';\n'), ts.ScriptTarget.ESNext);
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile } = host;
	host.fileExists = (name) => resolve(name) === path || fileExists(name);
	host.getSourceFile = (name, ...rest) =>
		resolve(name) === path ? source : getSourceFile(name, ...rest);
	const program = ts.createProgram([...fileNames, path], options, host);
	return program
		.getSemanticDiagnostics(source)
		.map(({ start = 0, length = 0 }) => source.text.slice(start, start + length));
}

test('the toolkit cannot name what only pages or only Node have', () => {
	expect(unknownNames('tsconfig.pure.json', [...NOT_THERE, ...THERE])).toEqual(NOT_THERE);
});
