/** The element of a cell; null if it is not on the page. */
export function cellElement(id: string | null): HTMLElement | null {
	return id === null
		? null
		: document.querySelector<HTMLElement>(`#cells [data-cell="${CSS.escape(id)}"]`);
}

/** Puts the keyboard on a cell and shows as much of it as fits. */
export function focusCell(id: string | null): void {
	const cell = cellElement(id);
	if (!cell) return;
	cell.focus({ preventScroll: true });
	cell.scrollIntoView({ block: 'nearest' });
}

/** What Enter goes into: text in a cell's body, else the first thing that takes the keyboard. */
export function firstControl(id: string): HTMLElement | null {
	const body = cellElement(id)?.querySelector('.body');
	return (
		body?.querySelector<HTMLElement>('textarea:not(:disabled)') ??
		body?.querySelector<HTMLElement>(
			':is(input, select, button, a[href], [tabindex="0"]):not(:disabled)'
		) ??
		null
	);
}

/** Whether keys at an element are text. */
export function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable) return true;
	return target.matches(
		'textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button])'
	);
}
