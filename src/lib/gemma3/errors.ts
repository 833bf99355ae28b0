/** A checkpoint, or its configuration, that this toolkit cannot run. The message names the field and its value. */
export class UnsupportedModelError extends Error {
	override readonly name = 'UnsupportedModelError';
}
