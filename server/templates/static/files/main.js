const button = document.querySelector('#hue')
const name = document.querySelector('#name')

button.addEventListener('click', () => {
  const hue = Math.floor(Math.random() * 360)
  document.documentElement.style.setProperty('--hue', hue)
  name.value = `hue ${hue}°`
})
