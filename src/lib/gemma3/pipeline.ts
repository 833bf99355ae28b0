import { Gemma3ImageProcessor } from '../images/imageProcessing.js';
import type { PixelImage } from '../images/rgb.js';
import type { Source } from '../sources/source.js';
import { Gemma3ForCausalLM } from './causalLanguageModel.js';
import { Gemma3ForConditionalGeneration } from './conditionalGeneration.js';
import { loadProcessor } from './loadProcessor.js';
import {
	ImageTextToTextPipeline,
	TextClassificationPipeline,
	TextGenerationPipeline
} from './pipelines.js';
import { loadConfig, type PretrainedOptions } from './pretrained.js';
import { Gemma3ForSequenceClassification } from './sequenceClassification.js';

interface Pipelines {
	'text-generation': TextGenerationPipeline;
	'image-text-to-text': ImageTextToTextPipeline;
	'text-classification': TextClassificationPipeline;
}

export type PipelineTask = keyof Pipelines;

/**
 * A model with its processor, ready for text in and text out. Its `call` takes and gives what the
 * reference's pipeline does, with names in camelCase. Ports `pipeline` (transformers, pipelines).
 *
 * @throws RangeError for another task, and what loading throws: SourceError, SafetensorsError,
 * UnsupportedModelError, AbortError
 */
export async function pipeline<Task extends PipelineTask>(
	task: Task,
	source: Source,
	options: PretrainedOptions
): Promise<Pipelines[Task]> {
	const { signal } = options;
	if (!Object.hasOwn(loaders, task)) {
		const known = Object.keys(loaders).join(', ');
		throw new RangeError(`there is no pipeline for ${String(task)}; choose one of ${known}`);
	}
	const config = await loadConfig(source, signal);
	const createImageProcessor = (json: unknown) => Gemma3ImageProcessor.fromConfig(json);
	const processor = await loadProcessor<PixelImage>(source, config, {
		createImageProcessor,
		signal
	});
	return loaders[task](source, processor, options);
}

type Processor = Awaited<ReturnType<typeof loadProcessor<PixelImage>>>;

const loaders: {
	readonly [Task in PipelineTask]: (
		source: Source,
		processor: Processor,
		options: PretrainedOptions
	) => Promise<Pipelines[Task]>;
} = {
	'text-generation': async (source, processor, options) =>
		new TextGenerationPipeline(await Gemma3ForCausalLM.fromPretrained(source, options), processor),
	'image-text-to-text': async (source, processor, options) =>
		new ImageTextToTextPipeline(
			await Gemma3ForConditionalGeneration.fromPretrained(source, options),
			processor
		),
	'text-classification': async (source, processor, options) =>
		new TextClassificationPipeline(
			await Gemma3ForSequenceClassification.fromPretrained(source, options),
			processor
		)
};
