import type { RunRequest, TokenizedPrompt } from '../src/lib/rpc/services.js';
import { toTraceImages } from '../src/lib/trace/traceImages.js';
import { toTraceTokens } from '../src/lib/trace/traceTokens.js';
import type { LoadedModel } from './loadedModel.js';
import { decodePictures } from './pictures.js';
import { toInputs } from './prompt.js';

/** Which tokens a prompt becomes, and what its masks follow from; the model does not run. */
export async function tokenizePrompt(
	{ processor, imageProcessor, info }: LoadedModel,
	{ prompt, pictures: files, panAndScan, maskRule = '5.17', edits = [] }: RunRequest
): Promise<TokenizedPrompt> {
	const pictures = await decodePictures(files, imageProcessor, panAndScan);
	const images = pictures.map(({ image }) => image);
	const { inputIds, tokenTypeIds, pixelValues } = toInputs(processor, prompt, images, panAndScan);
	const [ids] = inputIds;
	const { config } = info;
	return {
		tokens: toTraceTokens({
			inputIds: ids,
			tokenTypeIds: tokenTypeIds[0],
			tokenizer: processor.tokenizer,
			promptLength: ids.length,
			config
		}),
		images: toTraceImages({
			pictures: pictures.map(({ info: picture, crops }) => ({ ...picture, crops })),
			tokenTypeIds: pixelValues ? tokenTypeIds[0] : [],
			mmTokensPerImage: config.mmTokensPerImage
		}),
		masks: {
			rule: maskRule,
			slidingWindow: config.textConfig.slidingWindow,
			attentionMask: ids.map(() => 1),
			tokenTypeIds: tokenTypeIds[0],
			edits,
			promptLength: ids.length
		}
	};
}
