import type { Gemma3Config } from '../gemma3/configuration.js';
import { parseGemma3Config } from '../gemma3/parseConfiguration.js';

/** A released model that a browser may run, with what its config.json says. */
export interface KnownModel {
	/** On the Hub. */
	readonly repository: string;
	/** `270M`, as people call it. */
	readonly title: string;
	/** Trained to answer, or to go on with a text. */
	readonly isInstructionTuned: boolean;
	readonly config: Gemma3Config;
}

/** Where the licence of every Gemma 3 is. */
export const gemmaTerms = 'https://ai.google.dev/gemma/terms';

/** Figures: the repositories' config.json. */
const shared = {
	head_dim: 256,
	query_pre_attn_scalar: 256,
	rms_norm_eps: 1e-6,
	rope_theta: 1_000_000,
	rope_local_base_freq: 10_000,
	sliding_window_pattern: 6
};

const text = (shape: Readonly<Record<string, number>>) =>
	parseGemma3Config({
		...shared,
		...{ model_type: 'gemma3_text', architectures: ['Gemma3ForCausalLM'] },
		...{ num_attention_heads: 4, num_key_value_heads: 1, sliding_window: 512 },
		...{ vocab_size: 262_144, max_position_embeddings: 32_768, ...shape }
	});

const configs = {
	'270M': text({ num_hidden_layers: 18, hidden_size: 640, intermediate_size: 2048 }),
	'1B': text({ num_hidden_layers: 26, hidden_size: 1152, intermediate_size: 6912 }),
	'4B': parseGemma3Config({
		model_type: 'gemma3',
		architectures: ['Gemma3ForConditionalGeneration'],
		...{ boi_token_index: 255_999, eoi_token_index: 256_000, image_token_index: 262_144 },
		mm_tokens_per_image: 256,
		text_config: {
			...shared,
			model_type: 'gemma3_text',
			...{ num_hidden_layers: 34, hidden_size: 2560, intermediate_size: 10_240 },
			...{ num_attention_heads: 8, num_key_value_heads: 4, sliding_window: 1024 },
			...{ vocab_size: 262_208, max_position_embeddings: 131_072 },
			rope_scaling: { rope_type: 'linear', factor: 8 }
		},
		vision_config: {
			model_type: 'siglip_vision_model',
			...{ hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27 },
			...{ num_attention_heads: 16, image_size: 896, patch_size: 14 },
			vision_use_head: false
		}
	})
} as const;

export const knownModels: readonly KnownModel[] = (
	[
		['gemma-3-270m-it', '270M', true],
		['gemma-3-270m', '270M', false],
		['gemma-3-1b-it', '1B', true],
		['gemma-3-1b-pt', '1B', false],
		['gemma-3-4b-it', '4B', true],
		['gemma-3-4b-pt', '4B', false]
	] as const
).map(([name, title, isInstructionTuned]) => ({
	repository: `google/${name}`,
	title,
	isInstructionTuned,
	config: configs[title]
}));

/** A known model by its repository, wherever it is copied to: `owner/gemma-3-1b-it`. */
export function maybeKnownModel(repository: string): KnownModel | undefined {
	const name = repository.split('/').at(-1);
	return knownModels.find((known) => known.repository.endsWith(`/${name}`));
}
