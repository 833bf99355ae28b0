import type { ViewName } from '$lib/views/viewLink.js';

/** What each view is called on its tab, and what it answers. */
export const viewTitles: Readonly<Record<ViewName, { title: string; question: string }>> = {
	window: { title: 'Windows', question: 'How far back does each layer see, and at what cost?' },
	heads: { title: 'Heads', question: 'What does every head of every layer do?' },
	attention: { title: 'Attention', question: 'Which key does each query look at?' },
	lines: { title: 'Lines', question: 'From which token to which?' },
	states: { title: 'States', question: 'How does a token change from layer to layer?' },
	lens: { title: 'Lens', question: 'What would each layer say comes next?' },
	masks: { title: 'Masks', question: 'Where do two masks differ?' },
	pair: { title: 'Two prompts', question: 'What does the same head do on another prompt?' }
};
