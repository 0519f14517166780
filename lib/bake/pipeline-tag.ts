/** The tag that says to which pipeline something belongs; activate it for cost allocation to see what each costs. */
export const PIPELINE_TAG = 'winbake:pipeline';
