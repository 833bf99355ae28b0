import type { MaskEdit } from '../../src/lib/gemma3/attentionMask.js';
import type { ContentPart, ConversationMessage } from '../../src/lib/gemma3/chatTemplate.js';
import { Gemma3ForConditionalGeneration } from '../../src/lib/gemma3/conditionalGeneration.js';
import { loadProcessor } from '../../src/lib/gemma3/loadProcessor.js';
import { loadConfig } from '../../src/lib/gemma3/pretrained.js';
import type { Gemma3Processor } from '../../src/lib/gemma3/processing.js';
import type { Gemma3Inputs } from '../../src/lib/gemma3/processorInputs.js';
import { Gemma3ForSequenceClassification } from '../../src/lib/gemma3/sequenceClassification.js';
import { decodePng } from '../../src/lib/images/decodePng.js';
import { Gemma3ImageProcessor } from '../../src/lib/images/imageProcessing.js';
import type { RgbImage } from '../../src/lib/images/rgb.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import type { WeightDtype } from '../../src/lib/tensor/packedMatrix.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import type { Lesson } from './lessons.js';

const IMAGE = '<start_of_image>';
/** No answer has more tokens. */
const LONGEST_ANSWER = 80;

/** Asks a checkpoint the lessons, through the engine the page runs, on WebAssembly. */
export class Examiner {
	private constructor(
		private readonly model: Gemma3ForConditionalGeneration,
		private readonly classifier: Gemma3ForSequenceClassification,
		private readonly processor: Gemma3Processor<RgbImage>
	) {}

	static async open(folder: string, dtype: WeightDtype): Promise<Examiner> {
		const source = directorySource(folder);
		const options = { runtime: createNodeRuntime(), dtype };
		const processor = await loadProcessor<RgbImage>(source, await loadConfig(source), {
			createImageProcessor: (json) => Gemma3ImageProcessor.fromConfig(json)
		});
		return new Examiner(
			await Gemma3ForConditionalGeneration.fromPretrained(source, options),
			await Gemma3ForSequenceClassification.fromPretrained(source, options),
			processor
		);
	}

	/**
	 * The model's answer, or the label of a text to classify.
	 *
	 * @param closeGlobal global layers see no further than local ones
	 */
	async answer(lesson: Lesson, closeGlobal = false): Promise<string> {
		const inputs = this.#inputs(lesson);
		if (lesson.lesson === 'label') return this.#classify(inputs);
		const { inputIds, attentionMask, tokenTypeIds, pixelValues } = inputs;
		const answer: number[] = [];
		const steps = this.model.generate({
			inputIds,
			attentionMask,
			tokenTypeIds,
			pixelValues: pixelValues ?? undefined,
			maxNewTokens: LONGEST_ANSWER,
			doSample: false,
			edits: closeGlobal ? this.#closed(inputIds[0].length) : undefined
		});
		for await (const { tokenIds } of steps) answer.push(tokenIds[0]);
		return this.processor.tokenizer.decode(answer, { skipSpecialTokens: true });
	}

	async dispose(): Promise<void> {
		await this.model.dispose();
		await this.classifier.dispose();
	}

	async #classify({ inputIds }: Gemma3Inputs): Promise<string> {
		const { logits } = await this.classifier.forward({ inputIds });
		const best = logits.data.indexOf(Math.max(...logits.data));
		return this.classifier.config.id2label[best];
	}

	#inputs({ turns, text, system, pictures = [], panAndScan }: Lesson): Gemma3Inputs {
		const images = pictures.map((png) => decodePng(Buffer.from(png, 'base64')));
		const options = { images, doPanAndScan: panAndScan };
		if (turns === undefined) return this.processor.process({ text: text!, ...options });
		const messages: ConversationMessage<RgbImage>[] = turns.map((turn, i) => ({
			role: i % 2 === 0 ? 'user' : 'assistant',
			content: toParts(turn)
		}));
		if (system !== undefined) messages.unshift({ role: 'system', content: system });
		return this.processor.applyChatTemplate(messages, {
			...options,
			tokenize: true,
			addGenerationPrompt: true
		});
	}

	/** Edits that leave a global layer a local layer's window, one for each query beyond it. */
	#closed(promptLength: number): MaskEdit[] {
		const { layerTypes, slidingWindow } = this.model.config.textConfig;
		const layers = layerTypes.flatMap((type, layer) => (type === 'full_attention' ? [layer] : []));
		const queries = Array.from(
			{ length: promptLength + LONGEST_ANSWER - slidingWindow },
			(_, i) => i + slidingWindow
		);
		return layers.flatMap((layer) =>
			queries.map((query) => ({
				layer,
				queries: { start: query, end: query + 1 },
				keys: { start: 0, end: query - slidingWindow + 1 },
				open: false
			}))
		);
	}
}

/** A text with its pictures as parts of their own. */
function toParts(text: string): ContentPart<RgbImage>[] {
	return text
		.split(IMAGE)
		.flatMap((piece, i): ContentPart<RgbImage>[] => [
			...(i > 0 ? [{ type: 'image' as const }] : []),
			...(piece === '' ? [] : [{ type: 'text' as const, text: piece }])
		]);
}
