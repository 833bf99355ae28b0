import { Gemma3ForCausalLM } from '../src/lib/gemma3/causalLanguageModel.js';
import { Gemma3ForConditionalGeneration } from '../src/lib/gemma3/conditionalGeneration.js';
import { loadProcessor } from '../src/lib/gemma3/loadProcessor.js';
import {
	limitContext,
	loadConfig,
	loadGenerationConfig,
	loadPretrained,
	type PretrainedOptions
} from '../src/lib/gemma3/pretrained.js';
import type { Gemma3Processor } from '../src/lib/gemma3/processing.js';
import { warmUp } from '../src/lib/gemma3/warmUp.js';
import { tensorOf } from '../src/lib/gemma3/weights.js';
import { Gemma3ImageProcessor } from '../src/lib/images/imageProcessing.js';
import type { RgbImage } from '../src/lib/images/rgb.js';
import type { Progress } from '../src/lib/rpc/services.js';
import type { Runtime } from '../src/lib/runtime/runtime.js';
import type { Source } from '../src/lib/sources/source.js';
import type { WeightDtype } from '../src/lib/tensor/packedMatrix.js';
import type { Tensor } from '../src/lib/tensor/tensor.js';
import type { ModelInfo } from '../src/lib/trace/trace.js';

/** A checkpoint with all that a prompt needs, ready to run. */
export interface LoadedModel {
	readonly info: ModelInfo;
	readonly processor: Gemma3Processor<RgbImage>;
	/** Null for a checkpoint that has no settings for pictures. */
	readonly imageProcessor: Gemma3ImageProcessor | null;
	readonly model: Gemma3ForCausalLM | Gemma3ForConditionalGeneration;
	/** The classification head, `[labels, hiddenSize]`; null for a checkpoint without one. */
	readonly score: Tensor | null;
	/** It was kept in this browser by a version that left classification heads out. */
	readonly lostScore: boolean;
}

/** What a model is loaded as. */
interface ModelNames extends Pick<ModelInfo, 'name' | 'deviceReason'> {
	/** `fp32` when absent. */
	readonly dtype?: WeightDtype;
	/** Most tokens of prompt and answer, where that should be fewer than the model reads. */
	readonly contextLength?: number;
	/** Whether the weights are read from this machine. */
	readonly isStored?: boolean;
	/** See `LoadedModel`. */
	readonly lostScore?: boolean;
}

/**
 * Loads configuration, tokenizer and weights.
 *
 * @throws SourceError, SafetensorsError, UnsupportedModelError, or AbortError
 */
export async function loadModel(
	source: Source,
	runtime: Runtime,
	{ name, deviceReason, dtype = 'fp32', contextLength, ...kept }: ModelNames,
	onProgress: (progress: Progress) => void,
	signal?: AbortSignal
): Promise<LoadedModel> {
	const { isStored = false, lostScore = false } = kept;
	onProgress({ phase: isStored ? 'upload' : 'connect', loaded: 0, total: 0 });
	const config = limitContext(await loadConfig(source, signal), contextLength);
	let imageProcessor: Gemma3ImageProcessor | null = null;
	const createImageProcessor = (json: unknown) =>
		(imageProcessor = Gemma3ImageProcessor.fromConfig(json));
	const loading = loadCheckpoint(source, {
		runtime,
		dtype,
		contextLength,
		signal,
		onProgress: (loaded, total) => {
			onProgress({ phase: loaded < total && !isStored ? 'download' : 'upload', loaded, total });
		}
	});
	try {
		const [{ model, score }, processor] = await Promise.all([
			loading,
			loadProcessor(source, config, { createImageProcessor, signal }),
			// The runtime compiles itself while the weights are on their way.
			runtime.warmUp()
		]);
		signal?.throwIfAborted();
		processor.tokenizer.checkVocabulary(config.textConfig.vocabSize);
		await warmUp(model, {
			signal,
			onProgress: (done, total) => onProgress({ phase: 'compile', loaded: done, total })
		});
		return {
			info: {
				...{ name, deviceReason, dtype },
				config: model.config,
				device: runtime.device,
				weightBytes: model.weightBytes,
				recorded: false,
				promptKind: promptKind(name, processor)
			},
			processor,
			imageProcessor,
			model,
			score,
			lostScore
		};
	} catch (error) {
		void loading.then(
			({ model }) => model.dispose(),
			() => {}
		);
		throw error;
	}
}

/** The language model, and the classification head that its checkpoint may have beside it. */
async function loadCheckpoint(source: Source, options: PretrainedOptions) {
	const parts = { head: 'lm', vision: 'if configured' } as const;
	const { config, weights } = await loadPretrained(source, parts, options);
	const generationConfig = await loadGenerationConfig(source, config, options.signal);
	const Model = config.visionConfig ? Gemma3ForConditionalGeneration : Gemma3ForCausalLM;
	const model = await Model.fromWeights(config, weights, { ...options, generationConfig });
	const score = weights.has('score.weight') ? tensorOf(weights, 'score.weight') : null;
	return { model, score };
}

/** Instruction-tuned models have a chat template; a copy of a pretrained one may carry it along. */
function promptKind(name: string, { chatTemplate }: LoadedModel['processor']): 'chat' | 'plain' {
	return chatTemplate === null || /(-pt|-270m)$/i.test(name) ? 'plain' : 'chat';
}
