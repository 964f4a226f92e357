import { readPolicy, savePolicy } from '../../platform/policy/index.ts'
import { customAttribute, customAttributeName, customAttributes } from '../../users/index.ts'
import { defineObjects, type Store } from '../section.ts'

/**
 * Each attribute is an object of its own, so that a file that names some leaves the others; they are kept together
 * as one policy, which a request reads at once.
 */
export const customAttributeSection = defineObjects({
  name: customAttributes.name,
  noun: 'custom attribute',
  meaning:
    'Attributes of users beyond the built-in ones; they stand in `extension`. One that is removed is told no more; what users said of it stays sealed, and is there again when it is defined anew.',
  names: customAttributeName,
  schema: customAttribute,
  list: async (store) => new Map(Object.entries(await stored(store))),
  async save(store, name, _attribute, { written }) {
    const attributes = { ...(await stored(store)), [name]: written }
    await savePolicy(store.tx, customAttributes, { attributes })
    return {}
  },
  async remove(store, name) {
    const { [name]: _, ...attributes } = await stored(store)
    await savePolicy(store.tx, customAttributes, { attributes })
    return {}
  },
})

async function stored({ tx }: Store) {
  return (await readPolicy(tx, customAttributes)).attributes
}
