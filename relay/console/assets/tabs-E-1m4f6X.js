import{b as e}from"./decorate-cX1b0bKe.js";function t(t,n,r,i,a){return e`<div class="tabs" role="tablist" aria-label=${t} @keydown=${e=>{let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;e.preventDefault();let a=n[(n.findIndex(e=>e.id===r)+t+n.length)%n.length];i(a.id),document.getElementById(`tab-${a.id}`)?.focus()}}>
      ${n.map(t=>e`<button
          type="button"
          role="tab"
          id="tab-${t.id}"
          aria-selected=${t.id===r}
          aria-controls="panel-${r}"
          tabindex=${t.id===r?0:-1}
          @click=${()=>i(t.id)}
        >
          ${t.label}
        </button>`)}
    </div>
    <div id="panel-${r}" class="panel" role="tabpanel" aria-labelledby="tab-${r}">
      ${a}
    </div>`}export{t};