export default function Page() {
  return <p>The middleware replies before this page.</p>
}
