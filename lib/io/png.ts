// SVG → PNG by resvg, with the shipped fonts only: a picture must look the same on every machine.
import { Resvg } from '@resvg/resvg-js';
import { join } from '../core/path.ts';
import { product } from './product.ts';

// TrueType: with WOFF resvg draws a picture without any text, and reports nothing.
const fontFiles = ['Inter-Regular.ttf', 'Inter-Bold.ttf'].map((file) => join(product.folder, 'ops/fonts', file));

/** Its 14 MB of pixels are freed in a later turn of the event loop only. */
export const renderPng = (svg: string): Uint8Array =>
  new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' } }).render().asPng();
