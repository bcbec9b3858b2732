/** The hour at which a day is busiest. */
const peakHour = 14;

/** What is left of the load at its quietest, of that of the peak. */
export const floorShare = 0.35;

/** How busy it is at an hour of the day, 0 to 24 with fractions, of the peak: a wave whose trough lies at two in the night. */
export function loadShare(hour: number): number {
  const wave = (1 + Math.cos((2 * Math.PI * (hour - peakHour)) / 24)) / 2;
  return floorShare + (1 - floorShare) * wave;
}

/** The hour of the day of a time, in that time's own zone. */
export const hourOf = (time: Date): number =>
  time.getHours() + time.getMinutes() / 60 + time.getSeconds() / 3_600;
