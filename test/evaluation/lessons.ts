import { readFileSync } from 'node:fs';
import { createUniform } from '../../src/lib/tensor/random.js';

/** One held-out example, as `training/held_out.py` writes it. */
export interface Lesson {
	readonly lesson: string;
	/** What greedy generation must say, whole; of a text to classify, its label. */
	readonly answer: string;
	/** The user's and the model's texts in turn, the user's last. */
	readonly turns?: readonly string[];
	/** A plain prompt, where there are no turns. */
	readonly text?: string;
	readonly system?: string;
	/** PNG files, base64; `<start_of_image>` in the text stands for each. */
	readonly pictures?: readonly string[];
	readonly panAndScan?: boolean;
	/** Of recall: tokens from the sentence that is asked for to the answer. */
	readonly distance?: number;
}

const FILE = new URL('../fixtures/evaluation/lessons.json', import.meta.url);

/**
 * Held-out examples, at most `count` of each lesson, drawn by `seed`; in the order of the file
 * where all are wanted. A banner comes once more without pan & scan, as the lesson `banner, base
 * image only`.
 */
export function readLessons(seed: number, count: number): Lesson[] {
	const all = JSON.parse(readFileSync(FILE, 'utf8')) as Lesson[];
	return [...new Set(all.map(({ lesson }) => lesson))].flatMap((name) => {
		const chosen = draw(
			all.filter(({ lesson }) => lesson === name),
			count,
			createUniform(seed, name)
		);
		if (name !== 'banner') return chosen;
		return [...chosen, ...chosen.map(withoutPanAndScan)];
	});
}

function withoutPanAndScan(lesson: Lesson): Lesson {
	return { ...lesson, lesson: 'banner, base image only', panAndScan: false };
}

function draw<T>(items: readonly T[], count: number, uniform: () => number): T[] {
	if (count >= items.length) return [...items];
	return items
		.map((item) => ({ item, order: uniform() }))
		.sort((a, b) => a.order - b.order)
		.slice(0, count)
		.map(({ item }) => item);
}
