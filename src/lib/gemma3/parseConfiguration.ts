import type { Gemma3Config } from './configuration.js';
import { ConfigurationReader } from './configurationReader.js';
import { parseTextConfiguration } from './parseTextConfiguration.js';
import { parseVisionConfiguration } from './parseVisionConfiguration.js';

const maxLabels = 1_000_000;

/**
 * Checks a checkpoint's `config.json` and fills in every default, so that nobody else reads the file.
 * Takes flat `gemma3_text` and nested `gemma3` files in the spellings of all releases.
 * Ports Gemma3Config and Gemma3TextConfig (transformers, configuration_gemma3.py).
 *
 * @param json the parsed file
 * @throws UnsupportedModelError naming the path and the value of a field that does not fit
 */
export function parseGemma3Config(json: unknown): Gemma3Config {
	const whole = new ConfigurationReader(json, 'config');
	if (!whole.has('model_type')) whole.refuse('model_type', '"gemma3" or "gemma3_text"');
	const modelType = whole.oneOf('model_type', ['gemma3', 'gemma3_text'], 'gemma3');
	const text = modelType === 'gemma3' ? readTextConfig(whole) : whole;
	const mmTokensPerImage = whole.size('mm_tokens_per_image', 256);
	const architectures = whole.strings('architectures');
	return {
		modelType,
		architectures,
		textConfig: parseTextConfiguration(text, whole),
		visionConfig: modelType === 'gemma3' ? parseVisionConfiguration(whole, mmTokensPerImage) : null,
		mmTokensPerImage,
		boiTokenIndex: whole.tokenId(whole.spelling('boi_token_index', 'boi_token_id'), 255_999),
		eoiTokenIndex: whole.tokenId(whole.spelling('eoi_token_index', 'eoi_token_id'), 256_000),
		imageTokenIndex: whole.tokenId(whole.spelling('image_token_index', 'image_token_id'), 262_144),
		initializerRange: whole.nonNegative('initializer_range', 0.02),
		id2label: parseLabels(whole, architectures),
		problemType: whole.has('problem_type')
			? whole.oneOf(
					'problem_type',
					['regression', 'single_label_classification', 'multi_label_classification'],
					'regression'
				)
			: null
	};
}

function readTextConfig(whole: ConfigurationReader): ConfigurationReader {
	const text = whole.maybeObject('text_config');
	if (!text) {
		const stray = ['hidden_size', 'num_hidden_layers', 'vocab_size'].find((name) =>
			whole.has(name)
		);
		if (stray)
			whole.refuse('text_config', `an object that holds ${stray} and the other text fields`);
		return new ConfigurationReader({}, `${whole.path}.text_config`);
	}
	text.oneOf('model_type', ['gemma3_text'], 'gemma3_text');
	return text;
}

/** Two labels are the reference's default, and it leaves them out of the file. */
function parseLabels(
	whole: ConfigurationReader,
	architectures: readonly string[]
): readonly string[] {
	const labels = whole.maybeObject('id2label');
	if (labels) {
		const count = Object.keys(whole.get('id2label') as object).length;
		return Array.from({ length: count }, (_, index) => {
			const label = labels.get(String(index));
			return typeof label === 'string'
				? label
				: labels.refuse(String(index), 'the name of a label');
		});
	}
	const classifies = architectures.some((name) => name.endsWith('ForSequenceClassification'));
	if (!classifies && !whole.has('num_labels')) return [];
	const count = whole.has('num_labels') ? whole.size('num_labels', 2, maxLabels) : 2;
	return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
}
