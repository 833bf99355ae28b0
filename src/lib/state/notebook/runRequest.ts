import { toPrompt, type Attachments, type CellOf } from '../../notebook/notebook.js';
import type { PanAndScanSettings, RunRequest } from '../../rpc/services.js';

/** The pictures of a prompt cell as files, in the prompt's order. */
export function toPictureBlobs(cell: CellOf<'prompt'>, attachments: Attachments): Blob[] {
	return cell.settings.pictures.map(({ image }) => {
		const { mediaType, bytes } = attachments.get(image)!;
		return new Blob([bytes], { type: mediaType });
	});
}

/** What a prompt cell asks of the model. */
export function toRunRequest(cell: CellOf<'prompt'>, attachments: Attachments): RunRequest {
	const { maskRule, edits, pictures } = cell.settings;
	const prompt = toPrompt(cell.settings);
	const request = { prompt, maskRule, edits };
	if (pictures.length === 0) return request;
	const files = toPictureBlobs(cell, attachments).map((blob, i) => ({
		name: pictures[i].name || `picture ${i + 1}`,
		blob
	}));
	return { ...request, pictures: files, panAndScan: toPanAndScan(cell.settings) };
}

/** Settings that differ from the checkpoint's. */
function toPanAndScan(settings: CellOf<'prompt'>['settings']): PanAndScanSettings {
	const { doPanAndScan, panAndScanMinCropSize } = settings;
	const { panAndScanMaxNumCrops, panAndScanMinRatioToActivate } = settings;
	const all = {
		doPanAndScan,
		panAndScanMinCropSize,
		panAndScanMaxNumCrops,
		panAndScanMinRatioToActivate
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** Nothing was typed and no picture was added. */
export function isEmptyPrompt({ settings }: CellOf<'prompt'>): boolean {
	const { template, text, messages, pictures } = settings;
	if (pictures.length > 0) return false;
	if (template === 'plain') return text.trim() === '';
	return messages.every(({ content }) =>
		typeof content === 'string'
			? content.trim() === ''
			: content.every((part) => part.type === 'text' && part.text.trim() === '')
	);
}
