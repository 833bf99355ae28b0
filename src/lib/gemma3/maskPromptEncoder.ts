import type { MaskPromptEncoder } from './attentionMaskVisualizer.js';
import { checkPictureCount, countToken } from './imagePrompt.js';
import type { Gemma3Processor } from './processing.js';

const placeholder = '<img>';

/**
 * The encoder of an AttentionMaskVisualizer: `<img>` becomes the processor's `<start_of_image>`,
 * which the processor expands. No picture is needed. It throws what the processor throws, and if
 * `numCrops` has not one entry an image.
 */
export function toMaskPromptEncoder(
	processor: Pick<Gemma3Processor, 'tokenizer' | 'process'>
): MaskPromptEncoder {
	const { tokenizer } = processor;
	return {
		encode(input, { numCrops }) {
			const boiToken = tokenizer.boiToken?.content ?? '<start_of_image>';
			const text = input.replaceAll(placeholder, boiToken);
			const crops = numCrops ?? Array<number>(countToken(text, boiToken)).fill(0);
			checkPictureCount(text, crops.length, boiToken);
			const inputs = processor.process({ text, numCrops: [crops] });
			const [ids] = inputs.inputIds;
			return {
				tokens: ids.map((id) => tokenizer.maybeToken(id) ?? tokenizer.tokenText(id)),
				tokenTypeIds: inputs.tokenTypeIds[0],
				attentionMask: inputs.attentionMask[0]
			};
		}
	};
}
