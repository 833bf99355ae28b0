import { MediaQuery } from 'svelte/reactivity';
import { darkPalette, lightPalette, type Palette } from '../views/palette.js';

/** The reader's colour scheme, and light paper in print, for what style sheets cannot reach: canvases and exports. */
export class ThemeState {
	readonly #dark = new MediaQuery('screen and (prefers-color-scheme: dark)', false);

	get palette(): Palette {
		return this.#dark.current ? darkPalette : lightPalette;
	}
}

/** Light paper whatever the reader's scheme, for pictures that leave the page. */
export class LightTheme extends ThemeState {
	override get palette(): Palette {
		return lightPalette;
	}
}
