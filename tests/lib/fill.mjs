/** Fills the fields of a round with the right answers, given as SecurityResponses. */
export function fill(round, responses) {
  const left = new Map(Object.entries(responses).map(([key, answers]) => [key, [...answers]]))
  const takeKey = (options) => options.find(({ label }) => left.has(label))
  const answers = round.challenges.flatMap(({ prompt, fields }) => {
    const [first, second] = fields
    const choose = (values) => {
      const fits = ({ label, image }) => values.includes(image ? image.src.split(',')[1] : label)
      return first.options.filter(fits).map(({ id }) => id)
    }
    switch (`${first.part} ${first.type}`) {
      case 'phone select':
      case 'question select': {
        const key = takeKey(first.options)
        const [value] = left.get(key.label)
        left.delete(key.label)
        const channel = second.options.find(({ label }) => label === value)
        return [
          [first.name, key.id],
          [second.name, channel?.id ?? value],
        ]
      }
      case 'answer multi-select':
        return [[first.name, choose(left.get(prompt))]]
      case 'answer select':
      case 'answer image-select':
        return [[first.name, choose(left.get(prompt))[0]]]
      default:
        return [[first.name, left.get(prompt).shift()]]
    }
  })
  return Object.fromEntries(answers)
}
