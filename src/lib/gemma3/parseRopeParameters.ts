import type { Gemma3TextConfig, RopeParameters } from './configuration.js';
import type { ConfigurationReader } from './configurationReader.js';

/**
 * RoPE of both layer kinds, from `rope_parameters` (by layer kind) or from the older `rope_theta`,
 * `rope_local_base_freq` and `rope_scaling`, which concerns the global layers only.
 * Ports Gemma3TextConfig.convert_rope_params_to_dict (transformers, configuration_gemma3.py).
 *
 * @throws UnsupportedModelError on another rope type, or parameters that belong to no layer kind
 */
export function parseRopeParameters(text: ConfigurationReader): Gemma3TextConfig['ropeParameters'] {
	const byKind = text.maybeObject('rope_parameters');
	const global = byKind?.maybeObject('full_attention') ?? null;
	const local = byKind?.maybeObject('sliding_attention') ?? null;
	if (byKind && !global && !local && (byKind.has('rope_type') || byKind.has('rope_theta'))) {
		text.refuse('rope_parameters', 'one entry for full_attention and one for sliding_attention');
	}
	const scaling = text.maybeObject('rope_scaling');
	if (scaling && !scaling.has('rope_type') && !scaling.has('type')) {
		scaling.refuse('rope_type', 'the name of a rope type');
	}
	return {
		full_attention: parseKind(scaling ?? global, text.positive('rope_theta', 1e6), global),
		sliding_attention: parseKind(local, text.positive('rope_local_base_freq', 1e4), null)
	};
}

function parseKind(
	rope: ConfigurationReader | null,
	defaultTheta: number,
	older: ConfigurationReader | null
): RopeParameters {
	if (!rope) return { ropeType: 'default', ropeTheta: defaultTheta };
	const ropeTheta = rope.positive(
		'rope_theta',
		older?.positive('rope_theta', defaultTheta) ?? defaultTheta
	);
	const spelling = rope.spelling('rope_type', 'type');
	const ropeType = rope.oneOf(spelling, ['default', 'linear'], 'default');
	if (rope.has('partial_rotary_factor') && rope.get('partial_rotary_factor') !== 1) {
		rope.refuse('partial_rotary_factor', '1: Gemma 3 turns whole heads');
	}
	if (ropeType === 'default') return { ropeType, ropeTheta };
	if (!rope.has('factor')) rope.refuse('factor', 'a number above 0 for linear scaling');
	return { ropeType, ropeTheta, factor: rope.positive('factor', 1) };
}
