import { expect, test } from './fixtures.js'

const open = async (page, person) => {
  await page.goto(`/?connection=${person}`)
  await page.getByRole('button', { name: 'Connect your bank' }).click()
}
const answer = async (page, text) => {
  await page.getByRole('textbox').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

test('the user answers again after a wrong answer', async ({ page }) => {
  await open(page, 'Greatday')
  await answer(page, 'Rome')
  await expect(page.getByText('Your bank did not accept this answer.')).toBeVisible()
  await answer(page, 'Canada')
  await expect(page.getByText('Your bank is connected.')).toBeVisible()
})

test('an answer whose reply is lost is not sent again', async ({ page, bank }) => {
  await open(page, 'Greatday')
  bank.fault({ kind: 'lost-reply', on: 'answer' })
  await answer(page, 'Montreal')
  await expect(page.getByText('Your bank is connected.')).toBeVisible()
  expect(bank.counts()).toMatchObject({ answers: 1, answersRepeated: 0 })
})

test('the user is told if the bank cannot be reached', async ({ page }) => {
  await open(page, 'test_service_unavailable')
  await expect(page.getByText('Please try again a little later.')).toBeVisible()
})

test.describe('in the iframe of Connect', () => {
  test.use({ presentation: 'iframe' })

  test('the user answers', async ({ page }) => {
    await open(page, 'Greatday')
    const connect = page.frameLocator('bank-mfa iframe')
    await connect.getByRole('textbox').fill('Montreal')
    await connect.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByText('Your bank is connected.')).toBeVisible()
  })
})
