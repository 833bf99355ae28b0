import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** @typedef {{ values?: string[], types?: string[], packages?: string[], packageTypes?: string[], parent?: boolean }} Layer */

/**
 * Who may import whom, folder by folder of src/lib. `types` and `packageTypes` may be imported by
 * `import type` only. What is not named here may not be imported; a folder's own files may.
 *
 * @type {Record<string, Layer>}
 */
const toolkit = {
	simd: {},
	tensor: { values: ['simd'] },
	sources: { values: ['simd'] },
	safetensors: { values: ['tensor'], types: ['sources'] },
	onnx: { values: ['tensor'] },
	generation: { values: ['tensor'] },
	images: { values: ['tensor', 'simd'], packages: ['fast-png'] },
	runtime: { values: ['tensor', 'onnx'], packageTypes: ['onnxruntime-web', 'onnxruntime-common'] },
	gemma3: {
		values: ['tensor', 'onnx', 'safetensors', 'sources', 'images', 'runtime', 'generation'],
		packages: ['@huggingface/tokenizers', '@huggingface/jinja'],
		packageTypes: ['onnxruntime-web', 'onnxruntime-common']
	},
	trace: { values: ['tensor', 'safetensors'], types: ['gemma3', 'rpc'], packages: ['valibot'] },
	notebook: {
		types: ['tensor', 'trace', 'rpc'],
		packages: ['valibot', 'fflate', 'marked', 'katex']
	},
	views: { values: ['tensor', 'gemma3', 'images', 'trace'], packages: ['d3-[a-z-]+'] }
};
const toolkitFolders = Object.keys(toolkit);

/** @type {Record<string, Layer>} */
const page = {
	rpc: { types: toolkitFolders, packages: ['comlink'] },
	storage: { values: ['notebook'], packages: ['idb-keyval'] },
	state: {
		values: ['rpc', 'trace', 'views', 'notebook', 'storage', 'images'],
		types: ['gemma3', 'tensor', 'sources'],
		packages: ['svelte', '\\$app', 'esm-env']
	},
	attachments: {
		values: ['views'],
		packages: ['svelte', 'd3-[a-z-]+', 'dompurify', '@codemirror', '@lezer/highlight']
	},
	components: {
		values: ['components', 'state', 'views', 'attachments', 'notebook'],
		types: ['trace', 'gemma3', 'tensor', 'rpc', 'storage'],
		packages: ['svelte', '\\$app', 'd3-[a-z-]+']
	}
};

/** Matches an import of one of these packages, subpaths included. @param {string[]} packages */
const ofPackages = (packages) => packages.map((name) => `${name}(/.*)?`);

/** Matches a file in one of these folders of src/lib. @param {string[]} folders */
const ofFolders = (folders) =>
	folders.map((folder) => `(\\$lib/|(\\.\\./)+((src/)?lib/)?)${folder}/.*`);

/**
 * Refuses every import but the patterns given.
 *
 * @param {string[]} values patterns of imports that are allowed
 * @param {string[]} types patterns of imports that are allowed for types
 * @param {string} message
 * @param {string[]} never patterns that are refused although allowed above
 * @returns {import('eslint').Linter.RuleEntry}
 */
const importOnly = (values, types, message, never = []) => [
	'error',
	{
		patterns: [
			{ regex: `^(?!(${[...values, ...types].join('|')})$)`, message },
			...types.map((type) => ({
				regex: `^${type}$`,
				allowTypeImports: true,
				message: `Import types only (import type). ${message}`
			})),
			...never.map((regex) => ({ regex, message }))
		]
	}
];

/** @param {string} place @param {Layer} layer @param {string[]} never */
const layerRule = (place, layer, never = []) =>
	importOnly(
		[
			'\\./.*',
			...(layer.parent ? ['\\.\\./[\\w.]+\\.js'] : []),
			...ofFolders(layer.values ?? []),
			...ofPackages(layer.packages ?? [])
		],
		[...ofFolders(layer.types ?? []), ...ofPackages(layer.packageTypes ?? [])],
		`${place} may import ${
			[...(layer.values ?? []), ...(layer.packages ?? [])].join(', ') || 'its own files only'
		}: see the layers in eslint.config.js.`,
		never
	);

const newWorker = {
	selector: 'NewExpression[callee.name=/^(Shared)?Worker$/]',
	message: 'Workers are started in src/lib/rpc/client.ts only.'
};
const impureImport = {
	selector: 'ImportExpression[source.value=/^(svelte|comlink|onnxruntime|d3-|[$])/]',
	message: 'The toolkit knows no Svelte, D3, Comlink or ONNX Runtime.'
};
const runes = ['\\.svelte(\\.js|\\.ts)?$'];

export default defineConfig(
	globalIgnores(['build/', '.svelte-kit/', 'static/', 'test/fixtures/', 'test-results/']),
	js.configs.recommended,
	ts.configs.recommended,
	svelte.configs.recommended,
	prettier,
	svelte.configs.prettier,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_' }
			],
			// TypeScript knows the names that exist.
			'no-undef': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } }
	},
	{
		files: ['src/**'],
		ignores: ['src/lib/rpc/client.ts'],
		rules: { 'no-restricted-syntax': ['error', newWorker] }
	},
	{
		files: [
			...toolkitFolders.map((folder) => `src/lib/${folder}/**`),
			'src/lib/index.ts',
			'workers/**'
		],
		rules: {
			'no-console': 'error',
			'no-restricted-globals': ['error', 'document', 'window', 'localStorage', 'sessionStorage']
		}
	},
	{
		files: toolkitFolders.map((folder) => `src/lib/${folder}/**`),
		rules: { 'no-restricted-syntax': ['error', newWorker, impureImport] }
	},
	...toolkitFolders.map((folder) => ({
		files: [`src/lib/${folder}/**`],
		rules: {
			'@typescript-eslint/no-restricted-imports': layerRule(`${folder}/`, toolkit[folder], runes)
		}
	})),
	...toolkitFolders.map((folder) => ({
		files: [`src/lib/${folder}/*/**`],
		rules: {
			'@typescript-eslint/no-restricted-imports': layerRule(
				`${folder}/`,
				{ ...toolkit[folder], parent: true },
				runes
			)
		}
	})),
	...Object.entries(page).map(([folder, layer]) => ({
		files: [`src/lib/${folder}/**`],
		rules: { '@typescript-eslint/no-restricted-imports': layerRule(`${folder}/`, layer) }
	})),
	{
		files: ['src/lib/state/*/**'],
		rules: {
			'@typescript-eslint/no-restricted-imports': layerRule('state/', {
				...page.state,
				parent: true
			})
		}
	},
	{
		files: ['src/lib/index.ts'],
		rules: {
			'@typescript-eslint/no-restricted-imports': importOnly(
				toolkitFolders.map((folder) => `\\./${folder}/.*`),
				[],
				'The public toolkit is made of the toolkit folders only.'
			)
		}
	},
	{
		files: ['src/routes/**'],
		rules: {
			'@typescript-eslint/no-restricted-imports': layerRule('routes/', {
				values: ['components', 'state'],
				types: [...toolkitFolders, 'rpc'],
				packages: ['svelte', '\\$app']
			})
		}
	},
	{
		files: ['workers/**'],
		rules: {
			'@typescript-eslint/no-restricted-imports': layerRule(
				'workers/',
				{ values: [...toolkitFolders, 'rpc'], packages: ['onnxruntime-web', 'comlink'] },
				runes
			)
		}
	}
);
