/** Every benchmark that prints figures of the app itself: `npm run bench`. */
import { benchPage } from './page.js';

await benchPage();
