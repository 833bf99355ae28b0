export interface ImagePromptTokens {
	/** `<start_of_image>`. */
	readonly boiToken: string;
	/** `<end_of_image>`. */
	readonly eoiToken: string;
	/** `<image_soft_token>`. */
	readonly imageToken: string;
}

/**
 * What one square image becomes in the prompt: its soft tokens between the image brackets, on
 * paragraphs of their own.
 *
 * @param imageSeqLength soft tokens an image, `mmTokensPerImage`
 */
function fullImageSequence(tokens: ImagePromptTokens, imageSeqLength: number): string {
	return `\n\n${tokens.boiToken}${tokens.imageToken.repeat(imageSeqLength)}${tokens.eoiToken}\n\n`;
}

/** How often a text has a token, overlaps not counted. */
export function countToken(text: string, token: string): number {
	return text.split(token).length - 1;
}

/**
 * @throws Error with the reference's words unless the prompt has `<start_of_image>` once a picture
 */
export function checkPictureCount(prompt: string, pictures: number, boiToken: string): void {
	const count = countToken(prompt, boiToken);
	if (count === pictures) return;
	throw new Error(`Prompt contained ${count} image tokens but received ${pictures} images.`);
}

/**
 * Replaces each `<start_of_image>` of a prompt by the picture's sequence and, where pan & scan made
 * crops, by the sentence that introduces the picture and its crops. Works on text, before
 * tokenising: newlines on both sides merge into other tokens.
 * Ports Gemma3Processor (transformers, processing_gemma3.py).
 *
 * @param numCrops crops of each picture, in the order of the pictures; 0 for none
 * @throws Error with the reference's words if the prompt has another number of `<start_of_image>`
 */
export function expandImageTokens(
	prompt: string,
	numCrops: readonly number[],
	tokens: ImagePromptTokens,
	imageSeqLength: number
): string {
	checkPictureCount(prompt, numCrops.length, tokens.boiToken);
	const pieces = prompt.split(tokens.boiToken);
	const sequence = fullImageSequence(tokens, imageSeqLength);
	return pieces.reduce((text, piece, i) => {
		const crops = numCrops[i - 1]!;
		const image =
			crops > 0
				? `Here is the original image ${sequence} and here are some crops to help you see better ` +
					Array.from({ length: crops }, () => sequence).join(' ')
				: sequence;
		return text + image + piece;
	});
}
