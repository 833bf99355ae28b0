/** How an image block meets the window: by transformers version. They differ only where a block is longer than the window. */
export type MaskRule = '5.17' | '4.56';

/** Opens or closes a rectangle of one layer's mask. Ranges are half-open. */
export interface MaskEdit {
	readonly layer: number;
	/** One head, or all heads when absent. */
	readonly head?: number;
	readonly queries: { readonly start: number; readonly end: number };
	readonly keys: { readonly start: number; readonly end: number };
	readonly open: boolean;
}
