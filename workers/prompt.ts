import type { Gemma3Processor } from '../src/lib/gemma3/processing.js';
import type { Gemma3Inputs } from '../src/lib/gemma3/processorInputs.js';
import type { RgbImage } from '../src/lib/images/rgb.js';
import type { PanAndScanSettings, Prompt } from '../src/lib/rpc/services.js';

/**
 * Model inputs of a prompt: plain text with `<bos>` before it, or a conversation that ends in an
 * open model turn.
 *
 * @throws ChatTemplateError, ImageError, Error or RangeError with a sentence for the reader
 */
export function toInputs(
	processor: Gemma3Processor<RgbImage>,
	prompt: Prompt,
	images: readonly RgbImage[] = [],
	panAndScan: PanAndScanSettings = {}
): Gemma3Inputs {
	if (prompt.kind === 'plain')
		return processor.process({ text: prompt.text, images, ...panAndScan });
	return processor.applyChatTemplate(prompt.messages, {
		tokenize: true,
		addGenerationPrompt: true,
		images,
		...panAndScan
	});
}
