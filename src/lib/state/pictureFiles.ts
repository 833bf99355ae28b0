import type { PictureFile } from '../rpc/services.js';

/** Files a reader chose, dropped or pasted, as pictures to be read; whatever they are. */
export function toPictureFiles(files: Iterable<File> | null | undefined): PictureFile[] {
	return Array.from(files ?? [], (file) => ({ name: file.name || 'pasted picture', blob: file }));
}

/** A picture that comes with the page. */
export interface SamplePicture {
	/** File in `examples/`. */
	readonly file: string;
	readonly label: string;
	/** What to ask about it. */
	readonly question: string;
	/** Its shape asks for crops. */
	readonly doPanAndScan: boolean;
}

export const samplePictures: readonly SamplePicture[] = [
	{
		file: 'three-shapes.png',
		label: 'three shapes',
		question: 'Describe this image.',
		doPanAndScan: false
	},
	{
		file: 'red-circle.png',
		label: 'red circle',
		question: 'What color is the circle?',
		doPanAndScan: false
	},
	{
		file: 'wide-banner.png',
		label: 'wide banner',
		question: 'Read the number.',
		doPanAndScan: true
	},
	{
		file: 'tall-banner.png',
		label: 'tall banner',
		question: 'What number is on the banner?',
		doPanAndScan: true
	}
];
