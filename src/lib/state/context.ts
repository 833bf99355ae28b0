import { createContext } from 'svelte';
import type { FocusState } from './FocusState.svelte.js';
import type { GenerationState } from './GenerationState.svelte.js';
import type { ModelChoice } from './ModelChoice.svelte.js';
import type { ModelState } from './ModelState.svelte.js';
import type { PromptPictures } from './PromptPictures.svelte.js';
import type { RunState } from './RunState.svelte.js';
import type { ThemeState } from './ThemeState.svelte.js';

/** The page's state, made once in the root layout. */
export const [getModelState, setModelState] = createContext<ModelState>();
export const [getModelChoice, setModelChoice] = createContext<ModelChoice>();
export const [getRunState, setRunState] = createContext<RunState>();
export const [getGenerationState, setGenerationState] = createContext<GenerationState>();
export const [getPromptPictures, setPromptPictures] = createContext<PromptPictures>();
export const [getFocusState, setFocusState] = createContext<FocusState>();
export const [getThemeState, setThemeState] = createContext<ThemeState>();
