import { LabIcon } from '@jupyterlab/ui-components';

const LAMP = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <g class="jp-icon3" fill="#616161">
    <path d="M17 2l1 3 3 1-3 1-1 3-1-3-3-1 3-1z"/>
    <path d="M2 11h4l2 2h10c2 0 3-1 4-2-.3 3.5-2.5 6-6 6.5V19h2v2H7v-2h2v-1.5C5.500 17 3 14.5 2 11z"/>
  </g>
</svg>`;

/** A lamp with a spark, in the colour of the host's own icons. */
export const genieIcon = new LabIcon({ name: 'genie-widgets:lamp', svgstr: LAMP });

/** The same for the launcher, whose notebooks show a picture; its purple stands out on light and on dark. */
export const lampUrl = `data:image/svg+xml,${encodeURIComponent(LAMP.replace('#616161', '#8b5cf6'))}`;
