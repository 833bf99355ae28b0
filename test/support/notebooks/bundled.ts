import { localAndGlobalLayers } from './localAndGlobalLayers.js';
import type { NotebookSource } from './notebookSource.js';
import { panAndScan } from './panAndScan.js';
import { readingAnAttentionMap } from './readingAnAttentionMap.js';
import { stepByStep } from './stepByStep.js';
import { whatTheMaskForbids } from './whatTheMaskForbids.js';
import { whereDoesItLook } from './whereDoesItLook.js';

/** The notebooks that come with the page, in its order. */
export const bundledSources: readonly NotebookSource[] = [
	readingAnAttentionMap,
	localAndGlobalLayers,
	whatTheMaskForbids,
	panAndScan,
	stepByStep,
	whereDoesItLook
];
