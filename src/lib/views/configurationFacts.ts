import type { Gemma3Config } from '../gemma3/configuration.js';
import { formatCount, formatTheta } from './format.js';

export interface Fact {
	/** Hugging Face's name, in camelCase. */
	readonly name: string;
	readonly value: string;
	/** What it means, in a few words. */
	readonly meaning: string;
}

export interface FactSection {
	readonly title: string;
	readonly facts: readonly Fact[];
}

/** A model's configuration for a reader, part by part. */
export function toConfigurationFacts(
	config: Gemma3Config,
	section: 'all' | 'text' | 'vision'
): FactSection[] {
	const sections: FactSection[] = [];
	if (section === 'all') sections.push({ title: 'Model', facts: modelFacts(config) });
	if (section !== 'vision') sections.push({ title: 'Text', facts: textFacts(config) });
	if (section !== 'text') sections.push({ title: 'Vision', facts: visionFacts(config) });
	return sections.filter(({ facts }) => facts.length > 0);
}

const fact = (name: string, value: number | string, meaning: string): Fact => ({
	name,
	value: typeof value === 'number' && Number.isInteger(value) ? formatCount(value) : String(value),
	meaning
});

function modelFacts({ modelType, architectures, id2label }: Gemma3Config): Fact[] {
	return [
		fact('modelType', modelType, 'as in the file'),
		fact('architectures', architectures.join(', ') || '–', 'class of the reference'),
		...(id2label.length > 0 ? [fact('id2label', id2label.length, 'labels of the classifier')] : [])
	];
}

function textFacts({ textConfig }: Gemma3Config): Fact[] {
	const { layerTypes, ropeParameters } = textConfig;
	const globals = layerTypes.filter((type) => type === 'full_attention').length;
	const rope = (type: keyof typeof ropeParameters) => {
		const parameters = ropeParameters[type];
		const factor = parameters.ropeType === 'linear' ? `, ÷ ${parameters.factor}` : '';
		return `${formatTheta(parameters.ropeTheta)}${factor}`;
	};
	return [
		fact('vocabSize', textConfig.vocabSize, 'tokens'),
		fact('hiddenSize', textConfig.hiddenSize, 'numbers of a state'),
		fact('intermediateSize', textConfig.intermediateSize, 'width of the MLP'),
		fact('numHiddenLayers', textConfig.numHiddenLayers, `layers, ${globals} of them global`),
		fact('numAttentionHeads', textConfig.numAttentionHeads, 'heads of a layer'),
		fact('numKeyValueHeads', textConfig.numKeyValueHeads, 'heads that keep keys and values'),
		fact('headDim', textConfig.headDim, 'numbers of a query or key'),
		fact('queryPreAttnScalar', textConfig.queryPreAttnScalar, 'scores are divided by its root'),
		fact('slidingWindow', textConfig.slidingWindow, 'tokens a local layer sees'),
		fact('maxPositionEmbeddings', textConfig.maxPositionEmbeddings, 'tokens of the context'),
		fact('ropeTheta, local', rope('sliding_attention'), 'base of RoPE in local layers'),
		fact('ropeTheta, global', rope('full_attention'), 'base of RoPE in global layers'),
		fact('rmsNormEps', textConfig.rmsNormEps, 'added under the root of a norm'),
		fact('hiddenActivation', textConfig.hiddenActivation, 'of the MLP'),
		fact('tieWordEmbeddings', textConfig.tieWordEmbeddings ? 'yes' : 'no', 'head is the embedding'),
		fact('finalLogitSoftcapping', textConfig.finalLogitSoftcapping ?? 'none', 'cap of the logits')
	];
}

function visionFacts({ visionConfig: vision, mmTokensPerImage }: Gemma3Config): Fact[] {
	if (!vision) return [];
	const side = vision.imageSize / vision.patchSize;
	return [
		fact('imageSize', vision.imageSize, 'pixels a side'),
		fact('patchSize', vision.patchSize, `pixels a side: ${side} × ${side} patches`),
		fact('mmTokensPerImage', mmTokensPerImage, 'soft tokens that an image becomes'),
		fact('hiddenSize', vision.hiddenSize, 'numbers of a state'),
		fact('intermediateSize', vision.intermediateSize, 'width of the MLP'),
		fact('numHiddenLayers', vision.numHiddenLayers, 'layers'),
		fact('numAttentionHeads', vision.numAttentionHeads, 'heads of a layer'),
		fact('layerNormEps', vision.layerNormEps, 'added under the root of a norm')
	];
}
