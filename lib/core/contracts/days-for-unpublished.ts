
/** Days that an AMI stays which no publication names: its bake may still be on its way. */
export const DAYS_FOR_UNPUBLISHED = 7;
