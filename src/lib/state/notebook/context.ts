import { createContext } from 'svelte';
import type { NotebookDesk } from './NotebookDesk.svelte.js';

/** All that belongs to the open notebook, for its cells. */
export const [getNotebookDesk, setNotebookDesk] = createContext<NotebookDesk>();
